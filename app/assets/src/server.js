// Talking to the studio: every request says who asks, and every answer that is not what was asked for is an error.
export class Refused extends Error {
  constructor(status, { title = '', detail = '', ...facts } = {}) {
    super([title, detail].filter(Boolean).join('：'));
    this.status = status;
    this.facts = facts;
  }
}

export class Server {
  constructor(root) {
    this.addresses = root.dataset;
    this.token = root.dataset.token;
  }

  async text(address) {
    const answer = await fetch(address, { headers: { Accept: 'application/xml' } });
    if (!answer.ok) throw new Refused(answer.status);
    return answer.text();
  }

  async post(address, body) {
    const answer = await this.send(address, body);
    if (answer.status !== 400) return read(answer);
    // The session was renewed in another tab: the page's token is an old one.
    const problem = await answer.json();
    if (!problem.type?.endsWith('page-expired')) throw new Refused(answer.status, problem);
    await this.renew();
    return read(await this.send(address, body));
  }

  send(address, body) {
    return fetch(address, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': this.token },
      body: JSON.stringify(body)
    });
  }

  async renew() {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html');
    this.token = page.querySelector('[data-token]')?.dataset.token ?? this.token;
  }
}

async function read(answer) {
  const isJson = answer.headers.get('Content-Type')?.includes('json');
  if (answer.redirected || !isJson) throw new Refused(401);
  const content = await answer.json();
  if (!answer.ok) throw new Refused(answer.status, content);
  return content;
}
