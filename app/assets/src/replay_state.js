// Where a case stood after its first `count` events: a function of the events and nothing else.
export function stateAt(moments, count) {
  const live = new Map(), diagrams = new Map();
  const of = id => {
    if (!diagrams.has(id)) diagrams.set(id, { passed: new Set(), current: new Set(), waiting: new Set(), taken: new Set() });
    return diagrams.get(id);
  };
  for (const moment of moments.slice(0, count)) {
    for (const step of moment.steps) {
      const diagram = of(step.diagram);
      if (step.flow) diagram.taken.add(step.flow);
      if (step.what === 'entered' || step.what === 'armed') live.set(step.token, step);
      else live.delete(step.token);
      if (step.what === 'completed') diagram.passed.add(step.element);
    }
  }
  for (const step of live.values()) of(step.diagram)[step.what === 'entered' ? 'current' : 'waiting'].add(step.element);
  return diagrams;
}
