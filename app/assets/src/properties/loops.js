// Fields of activities that repeat.
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';
import { entry } from './entries.js';

export function repeating(element) {
  const loop = is(element, 'bpmn:Activity') && getBusinessObject(element).get('loopCharacteristics');
  if (!loop) return [];
  const set = (modeling, changed) => modeling.updateModdleProperties(element, loop, changed);
  const name = (key, id, label) => entry('expression', id, label, {
    read: () => loop.get(key) ?? '',
    write: (_, __, value, modeling) => set(modeling, { [key]: value.trim() || undefined })
  });
  const item = (key, type, id, label) => entry('text', id, label, {
    read: () => loop.get(key)?.name ?? '',
    write: (extensions, _, value, modeling) => set(modeling, { [key]: extensions.item(type, value.trim(), loop) })
  });
  if (is(loop, 'bpmn:StandardLoopCharacteristics'))
    return [
      entry('expression', 'loop-condition', 'Again as long as (FEEL)', {
        read: () => loop.loopCondition?.body ?? '',
        write: (extensions, _, value, modeling) => set(modeling, { loopCondition: extensions.expression(value.trim()) })
      }),
      entry('text', 'loop-maximum', 'At most so many times', {
        read: () => String(loop.loopMaximum ?? ''),
        write: (_, __, value, modeling) => set(modeling, { loopMaximum: Number.parseInt(value, 10) || undefined })
      })
    ];
  return [
    name('loopDataInputRef', 'loop-list', 'For each of (FEEL)'),
    item('inputDataItem', 'bpmn:DataInput', 'loop-item', 'Name of the one'),
    name('loopDataOutputRef', 'loop-results', 'Collect results in'),
    item('outputDataItem', 'bpmn:DataOutput', 'loop-result', 'Name of one result')
  ];
}
