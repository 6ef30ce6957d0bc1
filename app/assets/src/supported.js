// Takes out of the menus and the palette what validation would refuse.
const REFUSED = new RegExp([
  'ad-?hoc', 'complex-gateway', 'compensation', 'link-', 'cancel-', 'event-sub-?process', 'script-task',
  'multiple-event', 'data-(object|store)', 'replace-with-task$', 'create\\.group'
].join('|'));

const supported = entries => Object.fromEntries(Object.entries(entries).filter(([id]) => !REFUSED.test(id)));

export default class Supported {
  static $inject = ['popupMenu', 'palette'];

  constructor(popupMenu, palette) {
    popupMenu.registerProvider('bpmn-replace', 500, this);
    palette.registerProvider(500, this);
  }

  getPopupMenuEntries() {
    return supported;
  }

  getPopupMenuHeaderEntries() {
    return supported;
  }

  getPaletteEntries() {
    return supported;
  }
}
