// The marks of one drawing: setting new ones takes back those that no longer hold.
export class Marks {
  constructor(viewer) {
    this.canvas = viewer.get('canvas');
    this.registry = viewer.get('elementRegistry');
    this.set = new Set();
  }

  // `wanted`: name of the mark → ids of elements and flows.
  show(wanted) {
    const next = new Set();
    for (const [mark, ids] of Object.entries(wanted))
      for (const id of ids) if (this.registry.get(id)) next.add(`${mark} ${id}`);
    for (const one of this.set) if (!next.has(one)) this.change('removeMarker', one);
    for (const one of next) if (!this.set.has(one)) this.change('addMarker', one);
    this.set = next;
  }

  change(act, one) {
    const space = one.indexOf(' '), id = one.slice(space + 1);
    // In the editor an element may be gone by now.
    if (this.registry.get(id)) this.canvas[act](id, `is-${one.slice(0, space)}`);
  }
}
