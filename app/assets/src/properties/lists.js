// Groups that hold a list: the clauses an element executes, and properties no field shows.
import { ListGroup } from '@bpmn-io/properties-panel';
import { entry } from './entries.js';

export function clauses(element, extensions, catalogue, translate) {
  const ids = extensions.property(element, 'provision').split(/\s+/).filter(Boolean);
  const write = list => extensions.setProperty(element, 'provision', list.join(' '));
  const options = () => catalogue.provisions.map(({ id, article, summary }) => ({ value: id, label: `${article} ${summary}` }));
  const labels = new Map(catalogue.provisions.map(({ id, article, summary }) => [id, `${article} ${summary}`]));
  return {
    id: 'office-clauses',
    label: translate('Clauses executed'),
    component: ListGroup,
    add: event => {
      event.stopPropagation();
      const free = catalogue.provisions.find(({ id }) => !ids.includes(id));
      if (free) write([...ids, free.id]);
    },
    items: ids.map((id, place) => ({
      id: `office-clause-${place}`,
      label: labels.get(id) ?? id,
      remove: event => { event.stopPropagation(); write(ids.filter((_, other) => other !== place)); },
      entries: [entry('choice', `clause-${place}-id`, 'Clause', {
        options, required: true,
        read: () => id,
        write: (_, __, value) => write(ids.map((one, other) => other === place ? value : one))
      })]
    }))
  };
}

export function others(element, extensions, shown, translate) {
  const all = extensions.properties(element);
  const rest = all.filter(({ name }) => !shown.has(name));
  const change = (which, made) => extensions.setProperties(element, all.flatMap(one => one === which ? made : [one]));
  return {
    id: 'office-others',
    label: translate('Other properties'),
    component: ListGroup,
    add: event => { event.stopPropagation(); extensions.setProperties(element, [...all, { name: 'output.', value: '' }]); },
    items: rest.map((one, place) => ({
      id: `office-other-${place}`,
      label: one.name,
      remove: event => { event.stopPropagation(); change(one, []); },
      entries: [
        entry('text', `other-${place}-name`, 'Name', { read: () => one.name, write: (_, __, name) => change(one, [{ ...one, name }]) }),
        entry('expression', `other-${place}-value`, 'Value (FEEL)', { read: () => one.value, write: (_, __, value) => change(one, [{ ...one, value }]) })
      ]
    }))
  };
}
