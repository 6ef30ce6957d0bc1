// The groups of the panel: what a regulation says at each kind of element.
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { carrier } from './extensions.js';
import { automatic, called, decided, givenOut, personal, shownOutside, told } from './activities.js';
import { condition, ending, message, starting, timing } from './events.js';
import { property } from './entries.js';
import { clauses, others } from './lists.js';
import { repeating } from './loops.js';

// Groups of the library for what is not supported here, or has a group of ours.
const WITHOUT = new Set(['timer', 'compensation', 'link', 'adHocCompletion', 'ad_hoc_completion']);

export default class OfficeProperties {
  static $inject = ['propertiesPanel', 'translate', 'extensions', 'config.catalogue'];

  constructor(panel, translate, extensions, catalogue) {
    Object.assign(this, { translate, extensions, catalogue });
    panel.registerProvider(400, this);
  }

  getGroups(element) {
    return groups => {
      const usual = groups.filter(({ id }) => !WITHOUT.has(id) && !id.toLowerCase().includes('adhoc'));
      if (is(element, 'bpmn:Collaboration') || element.type === 'label' || !carrier(element)) return usual;
      const own = this.ownGroups(element);
      const shown = new Set(['provision', ...own.flatMap(({ entries }) => entries.map(({ id }) => id.replace('office-', '')))]);
      const lists = [clauses(element, this.extensions, this.catalogue, this.translate)];
      if (this.extensions.properties(element).some(({ name }) => !shown.has(name)) || isAny(element, ['bpmn:Activity', 'bpmn:Participant', 'bpmn:Process', 'bpmn:Event']))
        lists.push(others(element, this.extensions, shown, this.translate));
      const [general, ...rest] = usual;
      return [general, ...own, ...lists, ...rest].filter(Boolean);
    };
  }

  ownGroups(element) {
    const groups = [];
    const add = (id, label, entries) => entries.length && groups.push({ id: `office-${id}`, label: this.translate(label), entries, shouldOpen: true });
    const { extensions, catalogue } = this;
    if (isAny(element, ['bpmn:UserTask', 'bpmn:ManualTask'])) {
      add('work', 'Work', personal(catalogue));
      add('told', 'For the applicant', told());
    }
    if (is(element, 'bpmn:ServiceTask')) add('operator', 'Automatic work', automatic(element, extensions, catalogue));
    if (is(element, 'bpmn:BusinessRuleTask')) add('decision', 'Decision', decided(catalogue));
    if (is(element, 'bpmn:CallActivity')) add('call', 'Call', called(element, catalogue));
    if (is(element, 'bpmn:Lane')) add('lane', 'Work', [property('expression', 'candidates', 'Who does this', { description: 'for example unit("slug"), role("slug"), performer("element")' }), ...givenOut('Empty: whoever claims it.')]);
    if (isAny(element, ['bpmn:Process', 'bpmn:Participant'])) {
      add('process', 'Regulation', [property('expression', 'title', 'Title of a case')]);
      add('outside', 'For the applicant', shownOutside(element, extensions, catalogue));
    }
    add('loop', 'Repetition', repeating(element));
    add('start', 'Opening a case', starting(element, catalogue));
    add('time', 'Time', timing(element));
    add('message', 'Message', message(element, catalogue));
    add('end', 'Result', ending(element));
    add('condition', 'Condition', condition(element));
    return groups;
  }
}
