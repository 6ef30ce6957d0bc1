// Takes out of the menus what validation would refuse.
const REFUSED = /ad-?hoc|complex-gateway|compensation|link-|cancel-|event-subprocess|event-sub-process|script-task|parallel-multiple|-multiple|replace-with-task$|data-|transaction/;

export default class Supported {
  static $inject = ['popupMenu'];

  constructor(popupMenu) {
    popupMenu.registerProvider('bpmn-replace', 500, this);
  }

  getPopupMenuEntries() {
    return entries => Object.fromEntries(Object.entries(entries).filter(([id]) => !REFUSED.test(id)));
  }

  getPopupMenuHeaderEntries() {
    return entries => Object.fromEntries(Object.entries(entries).filter(([id]) => !REFUSED.test(id)));
  }
}
