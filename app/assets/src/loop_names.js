// A loop names the list it goes over and the list it fills as text, as regulations write them. The library takes
// these for references to drawn data objects and would drop every name it finds no such object for.
const NAMES = ['loopDataInputRef', 'loopDataOutputRef'];

export function readAsText(moddle) {
  const { properties } = moddle.registry.typeMap['bpmn:MultiInstanceLoopCharacteristics'];
  for (const property of properties) {
    if (!NAMES.includes(property.ns.localName)) continue;
    property.type = 'String';
    delete property.isReference;
  }
}
