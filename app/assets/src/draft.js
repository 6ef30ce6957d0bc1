// The draft on the screen: what is saved of it, and what to do when somebody else saved first.
export class Draft {
  constructor(modeler, root, server, findings) {
    Object.assign(this, { modeler, root, server, findings });
    this.base = root.dataset.base;
    this.addresses = root.dataset;
    this.status = root.querySelector('.save-status');
    this.conflict = root.querySelector('dialog');
    this.saved = this.place();
    // Whether the draft, and not the version in force, is what the screen was last the same as.
    this.kept = Boolean(root.dataset.draft);
    // The last save asked for: the next waits for it, because it needs the base that one answers with.
    this.saving = Promise.resolve();
    modeler.on('commandStack.changed', () => this.tell());
    window.addEventListener('beforeunload', event => { if (this.isChanged()) event.preventDefault(); });
    for (const button of this.conflict.querySelectorAll('[data-choice]'))
      button.addEventListener('click', () => this.settle(button.dataset.choice));
    this.tell();
  }

  // The library has left out what it could not read: saving would lose it.
  protect(warnings) {
    for (const button of this.root.querySelectorAll('[data-do=save], [data-do=publish], [data-do=download]')) button.disabled = true;
    this.unread = this.status.dataset.unread.replace('{n}', warnings.length);
    this.status.title = warnings.map(({ message }) => message).join('\n');
    this.tell();
  }

  place() {
    return this.modeler.get('commandStack')._stackIdx;
  }

  isChanged() {
    return this.place() !== this.saved;
  }

  tell(said = this.unread) {
    const state = this.isChanged() ? 'changed' : this.kept ? 'saved' : 'untouched';
    this.status.textContent = said ?? this.status.dataset[state];
    this.status.dataset.state = said ? 'error' : state;
  }

  async diagram() {
    return (await this.modeler.saveXML({ format: true })).xml;
  }

  async check() {
    await this.attempt(async () => {
      const { findings } = await this.server.post(this.addresses.check, { diagram: await this.diagram() });
      this.findings.show(findings);
    });
  }

  save() {
    this.saving = this.saving.then(() => this.attempt(() => this.send()));
    return this.saving;
  }

  async send() {
    const place = this.place();
    const { base, findings } = await this.server.post(this.addresses.save, { diagram: await this.diagram(), base: this.base });
    this.base = base;
    this.saved = place;
    this.kept = true;
    this.tell();
    this.findings.show(findings);
  }

  // Save what is not saved, then go and look at what publishing would do.
  async publish() {
    await this.saving;
    if (this.isChanged() || !this.kept) await this.save();
    if (this.status.dataset.state === 'saved') location.assign(this.addresses.publish);
  }

  async attempt(act) {
    try {
      await act();
    } catch (error) {
      if (error.status === 409 && error.facts.base) this.ask(error);
      else if (error.status === 401) this.tell(this.status.dataset.signedOut);
      else this.tell(error.status ? error.message : this.status.dataset.unreachable);
    }
  }

  ask(error) {
    this.theirs = error.facts.base;
    this.conflict.querySelector('.what').textContent = error.message;
    this.conflict.showModal();
  }

  async settle(choice) {
    if (choice === 'download') return this.download();
    this.conflict.close();
    if (choice === 'overwrite') {
      this.base = this.theirs;
      await this.save();
    }
  }

  async download() {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([await this.diagram()], { type: 'application/xml' }));
    link.download = this.addresses.file;
    link.click();
    URL.revokeObjectURL(link.href);
  }
}
