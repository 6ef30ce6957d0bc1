// The button that has the record proven, without leaving the page.
export function watchVerdict(button, status, show) {
  button.addEventListener('click', async event => {
    event.preventDefault();
    status.hidden = false;
    say(status, 'working', status.dataset.working);
    try {
      const answer = await fetch(button.dataset.verdict, { headers: { Accept: 'application/json' } });
      if (!answer.ok) throw new Error(String(answer.status));
      const { proven, events, first } = await answer.json();
      if (proven) return say(status, 'proven', status.dataset.proven.replace('{n}', events));
      say(status, 'differs', status.dataset.differs.replace('{n}', first.seq).replace('{what}', first.what));
      show(first.seq);
    } catch {
      say(status, 'differs', status.dataset.failed);
    }
  });
}

function say(status, state, text) {
  status.className = `verdict ${state}`;
  status.textContent = text;
}
