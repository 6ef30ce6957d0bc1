// Shows every word of the editor at least once. Gives those that have no translation.
async () => {
  const root = document.querySelector('[data-island=editor]'), { modeler } = root;
  const of = name => modeler.get(name), pause = () => new Promise(next => setTimeout(next, 0));
  const types = ['Task','UserTask','ManualTask','ServiceTask','BusinessRuleTask','SendTask','ReceiveTask','CallActivity','SubProcess',
    'ExclusiveGateway','ParallelGateway','InclusiveGateway','EventBasedGateway','TextAnnotation'].map(type => ({ type: 'bpmn:' + type }));
  const events = { StartEvent: ['Message','Timer','Signal','Conditional'], EndEvent: ['Message','Error','Escalation','Terminate','Signal'],
    IntermediateCatchEvent: ['Message','Timer','Signal','Conditional'], IntermediateThrowEvent: ['Message','Signal','Escalation'] };
  for (const [type, kinds] of Object.entries(events)) {
    types.push({ type: 'bpmn:' + type });
    for (const kind of kinds) types.push({ type: 'bpmn:' + type, eventDefinitionType: `bpmn:${kind}EventDefinition` });
  }
  const pool = of('elementRegistry').filter(e => e.type === 'bpmn:Participant')[0] || of('canvas').getRootElement();
  const made = types.map((one, n) => of('modeling').createShape(of('elementFactory').createShape(one), { x: pool.x + 100 + n * 30, y: pool.y + 100 }, pool));
  const host = made.find(one => one.type === 'bpmn:UserTask');
  for (const kind of ['Message','Timer','Signal','Error','Escalation','Conditional'])
    made.push(of('modeling').createShape(of('elementFactory').createShape({ type: 'bpmn:BoundaryEvent', eventDefinitionType: `bpmn:${kind}EventDefinition` }), { x: host.x, y: host.y }, host, { attach: true }));
  for (const [n, kind] of ['MultiInstance', 'Standard'].entries())
    of('modeling').updateProperties(made[n], { loopCharacteristics: of('bpmnFactory').create(`bpmn:${kind}LoopCharacteristics`) });
  for (const element of [...of('elementRegistry').getAll()]) {
    of('selection').select(element);
    await pause();
    for (let round = 0; round < 2; round++) {
      for (const head of document.querySelectorAll('.bio-properties-panel-group-header:not(.open)')) head.click();
      await pause();
    }
    if (element.waypoints || element.parent) {
      of('contextPad').open(element, true);
      of('popupMenu').open(element, 'bpmn-replace', { x: 0, y: 0 });
      await pause();
      of('popupMenu').close();
    }
  }
  return [...root.missing].sort();
}
