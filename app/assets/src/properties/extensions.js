// Reading and writing what an element carries of ours. Every change is one command, so that it can be undone.
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';

const type = name => `spiffworkflow:${name}`;

// A pool stands for the process in it.
export function carrier(element) {
  const object = getBusinessObject(element);
  return is(object, 'bpmn:Participant') ? object.processRef : object;
}

export default class Extensions {
  static $inject = ['bpmnFactory', 'modeling'];

  constructor(bpmnFactory, modeling) {
    this.bpmnFactory = bpmnFactory;
    this.modeling = modeling;
  }

  find(element, name) {
    return this.all(carrier(element)).find(one => one.$type === type(name));
  }

  all(object) {
    return object?.get('extensionElements')?.get('values') ?? [];
  }

  // Put `made` in the place of the extension of that name; null takes it away.
  replace(element, name, made) {
    const object = carrier(element);
    const kept = this.all(object).filter(one => one.$type !== type(name));
    if (made) kept.push(made);
    const extensionElements = kept.length ? this.bpmnFactory.create('bpmn:ExtensionElements', { values: kept }) : undefined;
    if (extensionElements) {
      extensionElements.$parent = object;
      for (const one of kept) one.$parent = extensionElements;
    }
    this.modeling.updateModdleProperties(element, object, { extensionElements });
  }

  create(name, properties, children = []) {
    const made = this.bpmnFactory.create(type(name), properties);
    for (const child of children) child.$parent = made;
    return made;
  }

  text(element, name) {
    return this.find(element, name)?.value ?? '';
  }

  setText(element, name, value) {
    this.replace(element, name, value ? this.create(name, { value }) : null);
  }

  // --- properties: names with values

  properties(element) {
    return (this.find(element, 'Properties')?.get('properties') ?? []).map(({ name, value }) => ({ name, value: value ?? '' }));
  }

  property(element, name) {
    return this.properties(element).find(one => one.name === name)?.value ?? '';
  }

  setProperty(element, name, value) {
    const list = this.properties(element), place = list.findIndex(one => one.name === name);
    if (value && place >= 0) list[place].value = value;
    else if (value) list.push({ name, value });
    else if (place >= 0) list.splice(place, 1);
    this.setProperties(element, list);
  }

  setProperties(element, list) {
    const properties = list.map(one => this.create('Property', one));
    this.replace(element, 'Properties', list.length ? this.create('Properties', { properties }, properties) : null);
  }

  // --- the operator of a service task

  operator(element) {
    const found = this.find(element, 'ServiceTaskOperator');
    if (!found) return null;
    const parameters = (found.parameterList?.get('parameters') ?? []).map(({ id, type, value }) => ({ id, type, value: value ?? '' }));
    return { id: found.id, result: found.resultVariable ?? '', parameters };
  }

  setOperator(element, operator) {
    if (!operator) return this.replace(element, 'ServiceTaskOperator', null);
    const parameters = operator.parameters.map(one => this.create('Parameter', one));
    const parameterList = parameters.length ? this.create('Parameters', { parameters }, parameters) : undefined;
    this.replace(element, 'ServiceTaskOperator', this.create('ServiceTaskOperator', {
      id: operator.id, resultVariable: operator.result || undefined, parameterList
    }, parameterList ? [parameterList] : []));
  }

  setParameter(element, id, type, value) {
    const operator = this.operator(element), known = operator.parameters.find(one => one.id === id);
    if (known) known.value = value;
    else operator.parameters.push({ id, type, value });
    operator.parameters = operator.parameters.filter(one => one.value);
    this.setOperator(element, operator);
  }

  // --- expressions and names

  item(type, name, loop) {
    if (!name) return undefined;
    const made = this.bpmnFactory.create(type, { name });
    made.$parent = loop;
    return made;
  }

  expression(body) {
    return body ? this.bpmnFactory.create('bpmn:FormalExpression', { body }) : undefined;
  }
}
