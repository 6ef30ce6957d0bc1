// Fields of tasks and calls.
import { getBusinessObject } from 'bpmn-js/lib/util/ModelUtil';
import { entry, property } from './entries.js';

const named = list => () => list.map(({ id, name }) => ({ value: id, label: name === id ? id : `${name} (${id})` }));

export function personal(catalogue) {
  return [
    property('choice', 'form', 'Form', { options: named(catalogue.forms) }),
    entry('prose', 'instructions', 'Instructions', {
      read: (extensions, element) => extensions.text(element, 'InstructionsForEndUser'),
      write: (extensions, element, value) => extensions.setText(element, 'InstructionsForEndUser', value)
    }),
    property('expression', 'candidates', 'Who does this', { description: 'Empty: those of the lane.' }),
    property('expression', 'exclude', 'Who must not do this'),
    ...givenOut('Empty: as the lane says.'),
    property('text', 'clock', 'Clock shown', { description: 'Name of the legal period whose end the inbox shows.' }),
    property('expression', 'due', 'Internal norm', { description: 'for example workdays(1); shown, never a breach' }),
    property('expression', 'priority', 'Priority', { description: 'A number, higher first.' }),
    property('choice', 'notice', 'Notice to print', { options: named(catalogue.notices) }),
    property('text', 'send-back', 'May be sent back to', { description: 'Ids of earlier steps, or none. Empty: to all that the way allows.' }),
    entry('tick', 'withdraw', 'What is submitted cannot be withdrawn', {
      read: (extensions, element) => extensions.property(element, 'withdraw') === 'none',
      write: (extensions, element, value) => extensions.setProperty(element, 'withdraw', value ? 'none' : '')
    })
  ];
}

// How the work is given out when it opens; a task that says nothing follows its lane.
export function givenOut(unsaid) {
  return [
    property('choice', 'distribution', 'Given out', {
      options: translate => [
        { value: 'free', label: translate('Whoever claims it') },
        { value: 'load', label: translate('To whom has least to do') },
        { value: 'skill', label: translate('To whom has the skill') },
        { value: 'rotation', label: translate('In turn') }
      ],
      description: unsaid
    }),
    property('expression', 'skill', 'Skill asked for', { description: 'Only when given out by skill: a text in quotes, or a name of the case data.' })
  ];
}

// What an applicant who looks the case up reads while it stands here.
export function told() {
  return [
    property('prose', 'public', 'Where the case stands, in words for the applicant'),
    property('prose', 'public.required', 'What the applicant has to do now', { description: 'Shown with the due date of this task.' })
  ];
}

// What applicants see of a regulation's cases: whether they see more than the outcome, and which periods and notices.
export function shownOutside(element, extensions, catalogue) {
  const listed = prefix => extensions.properties(element).filter(({ name }) => name.startsWith(prefix)).map(({ name }) => name.slice(prefix.length));
  const clocks = new Set([...listed('clock.'), ...listed('public.clock.')]);
  // A notice of this regulation has a title; those of others are not offered.
  const notices = new Map(catalogue.notices.filter(({ id, name }) => name !== id).map(({ id, name }) => [id, name]));
  for (const id of listed('public.notice.')) if (!notices.has(id)) notices.set(id, id);
  return [
    entry('tick', 'public', 'Applicants see the steps', {
      read: () => extensions.property(element, 'public') === 'true',
      write: (_, __, value) => extensions.setProperty(element, 'public', value ? 'true' : '')
    }),
    ...[...clocks].map(id => property('text', `public.clock.${id}`, translate => `${translate('Period shown as')} · ${extensions.property(element, `clock.${id}`) || id}`)),
    ...[...notices].map(([id, name]) => property('text', `public.notice.${id}`, translate => `${translate('Notice shown as')} · ${name}`))
  ];
}

export function decided(catalogue) {
  return [
    entry('choice', 'decision', 'Decision table', {
      options: named(catalogue.decisions),
      read: (extensions, element) => extensions.text(element, 'CalledDecisionId'),
      write: (extensions, element, value) => extensions.setText(element, 'CalledDecisionId', value)
    }),
    property('text', 'result', 'Store the result as')
  ];
}

export function automatic(element, extensions, catalogue) {
  const chosen = extensions.operator(element), known = catalogue.operators.find(({ id }) => id === chosen?.id);
  const fields = [entry('choice', 'operator-id', 'Operator', {
    options: named(catalogue.operators),
    read: () => extensions.operator(element)?.id ?? '',
    write: (_, __, id) => extensions.setOperator(element, id ? { id, result: '', parameters: [] } : null)
  })];
  if (!chosen) return fields;
  const declared = known?.parameters ?? [];
  const undeclared = chosen.parameters.filter(({ id }) => !declared.some(one => one.id === id));
  fields.push(...declared.map(one => parameter(element, extensions, catalogue, one)));
  fields.push(...undeclared.map(({ id, type }) => parameter(element, extensions, catalogue, { id, type, required: false })));
  if (known?.open) fields.push(newParameter(element, extensions));
  if (known?.result || chosen.result) fields.push(entry('text', 'operator-result', 'Store the result as', {
    read: () => extensions.operator(element)?.result ?? '',
    write: (_, __, result) => extensions.setOperator(element, { ...extensions.operator(element), result: result.trim() })
  }));
  return fields;
}

function parameter(element, extensions, catalogue, { id, name, type, required, literal }) {
  const listed = { notice: catalogue.notices, register: catalogue.registers }[id];
  const label = translate => `${name && name !== id ? `${name} (${id})` : id} · ${translate(type ?? 'any')}${required ? ' *' : ''}`;
  const read = () => extensions.operator(element)?.parameters.find(one => one.id === id)?.value ?? '';
  const write = (_, __, value) => extensions.setParameter(element, id, type ?? 'any', value.trim());
  if (literal && listed)
    return entry('choice', `parameter-${id}`, label, { options: () => listed.map(one => ({ value: `"${one.id}"`, label: one.name })), read, write });
  return entry('expression', `parameter-${id}`, label, { read, write });
}

function newParameter(element, extensions) {
  return entry('text', 'parameter-new', 'Set another name', {
    description: 'A name; its value is entered in the field that then appears.',
    read: () => '',
    write: (_, __, id) => id.trim() && extensions.setParameter(element, id.trim(), 'any', 'null')
  });
}

export function called(element, catalogue) {
  const signature = catalogue.callable.find(({ id }) => id === getBusinessObject(element).calledElement);
  return [
    entry('choice', 'called', 'Regulation called', {
      options: named(catalogue.callable),
      read: () => getBusinessObject(element).calledElement ?? '',
      write: (_, __, value, modeling) => modeling.updateProperties(element, { calledElement: value || undefined })
    }),
    ...(signature?.inputs ?? []).map(name => property('expression', `input.${name}`, () => `→ ${name}`)),
    ...(signature?.outputs ?? []).map(name => property('expression', `output.${name}`, () => `← ${name}`))
  ];
}
