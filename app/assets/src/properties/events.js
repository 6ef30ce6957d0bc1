// Fields of events and flows.
import { getBusinessObject, is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { entry, property } from './entries.js';

const TIMES = ['timeDuration', 'timeDate', 'timeCycle'];
const RHYTHMS = ['daily', 'monthly', 'quarterly', 'half-yearly', 'yearly'];

const definition = (element, type) => getBusinessObject(element).get('eventDefinitions')?.find(one => is(one, type));
const forms = catalogue => () => catalogue.forms.map(({ id, name }) => ({ value: id, label: `${name} (${id})` }));

export function starting(element, catalogue) {
  if (!is(element, 'bpmn:StartEvent') || getBusinessObject(element).get('eventDefinitions')?.length) return [];
  return [
    property('choice', 'form', 'Form', { options: forms(catalogue) }),
    property('expression', 'candidates', 'Who may open a case', { description: 'Empty: those of the lane.' })
  ];
}

export function timing(element) {
  const timer = is(element, 'bpmn:Event') && definition(element, 'bpmn:TimerEventDefinition');
  if (!timer) return [];
  const kind = () => TIMES.find(name => timer.get(name)) ?? TIMES[0];
  const write = (extensions, name, body, modeling) => modeling.updateModdleProperties(element, timer, {
    timeDuration: undefined, timeDate: undefined, timeCycle: undefined, [name]: extensions.expression(body)
  });
  const body = () => timer.get(kind())?.body ?? '';
  if (is(element, 'bpmn:StartEvent'))
    return [entry('choice', 'rhythm', 'How often', {
      options: translate => RHYTHMS.map(value => ({ value, label: translate(value) })),
      read: () => body().replaceAll('"', ''),
      write: (extensions, _, value, modeling) => write(extensions, 'timeCycle', value, modeling)
    })];
  return [
    entry('choice', 'time-kind', 'Kind of time', {
      required: true,
      options: translate => [{ value: 'timeDuration', label: translate('A period') }, { value: 'timeDate', label: translate('A date') }],
      read: kind,
      write: (extensions, _, value, modeling) => write(extensions, value || kind(), body() || 'workdays(1)', modeling)
    }),
    entry('expression', 'time', 'When (FEEL)', {
      description: 'for example workdays(2), days(7), period(limit), clock("name")',
      read: body,
      write: (extensions, _, value, modeling) => write(extensions, kind(), value.trim(), modeling)
    }),
    property('text', 'clock', 'Clock', { description: 'Name of the legal period this is the end of; none for a mere wait.' })
  ];
}

export function message(element, catalogue) {
  const caught = isAny(element, ['bpmn:CatchEvent', 'bpmn:ReceiveTask']) &&
    (is(element, 'bpmn:ReceiveTask') || definition(element, 'bpmn:MessageEventDefinition'));
  if (!caught) return [];
  return [
    property('choice', 'form', 'What it may bring', { options: forms(catalogue) }),
    property('expression', 'correlation', 'Key it must carry')
  ];
}

export function ending(element) {
  if (!is(element, 'bpmn:EndEvent')) return [];
  const tones = ['good', 'neutral', 'bad'];
  return [
    property('text', 'outcome', 'How the case ended'),
    property('choice', 'tone', 'For the person concerned', { options: translate => tones.map(value => ({ value, label: translate(value) })) }),
    property('text', 'public', 'The outcome, in words for the applicant')
  ];
}

export function condition(element) {
  if (!is(element, 'bpmn:SequenceFlow') || !isAny(element.source, ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway'])) return [];
  const flow = getBusinessObject(element), gateway = getBusinessObject(element.source);
  const otherwise = entry('tick', 'otherwise', 'Taken when no condition holds', {
    read: () => gateway.default === flow,
    write: (_, __, value, modeling) => {
      modeling.updateProperties(element.source, { default: value ? flow : undefined });
      if (value && flow.conditionExpression) modeling.updateProperties(element, { conditionExpression: undefined });
    }
  });
  if (gateway.default === flow) return [otherwise];
  return [entry('expression', 'condition', 'Condition (FEEL)', {
    read: () => flow.conditionExpression?.body ?? '',
    write: (extensions, _, value, modeling) =>
      modeling.updateProperties(element, { conditionExpression: extensions.expression(value.trim()) })
  }), otherwise];
}
