// What validation says: a list beside the diagram and marks on its elements.
import { Marks } from './marks.js';

export class Findings {
  constructor(modeler, root) {
    this.modeler = modeler;
    this.list = root.querySelector('.findings ol');
    this.summary = root.querySelector('.findings .summary-line');
    this.words = root.querySelector('.findings').dataset;
    this.marks = new Marks(modeler);
  }

  show(findings) {
    this.list.replaceChildren(...findings.map(finding => this.item(finding)));
    const errors = findings.filter(({ severity }) => severity === 'error');
    this.summary.textContent = (errors.length ? this.words.errors : findings.length ? this.words.warnings : this.words.none)
      .replace('{n}', errors.length || findings.length);
    this.summary.dataset.state = errors.length ? 'error' : 'fine';
    this.marks.show({
      error: errors.map(({ element }) => this.shape(element)),
      warning: findings.filter(({ severity }) => severity === 'warning').map(({ element }) => this.shape(element))
    });
    this.badge(findings);
  }

  badge(findings) {
    const overlays = this.modeler.get('overlays');
    overlays.remove({ type: 'finding' });
    const counted = new Map();
    for (const { element, severity } of findings) {
      const shape = this.shape(element);
      if (shape && severity !== 'notice') counted.set(shape, (counted.get(shape) ?? 0) + 1);
    }
    for (const [shape, count] of counted) {
      const mark = document.createElement('span');
      mark.className = 'finding-count';
      mark.textContent = count;
      overlays.add(shape, 'finding', { position: { top: -10, right: 12 }, html: mark, show: { minZoom: 0.2 } });
    }
  }

  item({ severity, element, message }) {
    const item = document.createElement('li'), button = document.createElement('button');
    button.type = 'button';
    button.className = `finding ${severity}`;
    button.textContent = `${this.words[severity]} · ${message}`;
    button.addEventListener('click', () => this.goTo(this.shape(element)));
    item.append(button);
    return item;
  }

  // What stands for an element in the drawing: for a process its pool, or nothing.
  shape(id) {
    const registry = this.modeler.get('elementRegistry');
    if (!id) return null;
    if (registry.get(id)) return id;
    return registry.find(one => one.businessObject?.processRef?.id === id)?.id ?? null;
  }

  goTo(id) {
    const shape = id && this.modeler.get('elementRegistry').get(id);
    if (!shape) return;
    this.modeler.get('canvas').scrollToElement(shape, 120);
    this.modeler.get('selection').select(shape);
  }
}
