// A dot that runs along a sequence flow. Decoration: who asked for less motion sees none.
const SVG = 'http://www.w3.org/2000/svg';
const SPEED = 0.6;
const LONGEST = 700;

export function runAlong(viewer, flow) {
  const connection = viewer.get('elementRegistry').get(flow);
  if (!connection || matchMedia('(prefers-reduced-motion: reduce)').matches) return Promise.resolve();
  const path = document.createElementNS(SVG, 'path'), dot = document.createElementNS(SVG, 'circle');
  path.setAttribute('d', connection.waypoints.map(({ x, y }, n) => `${n ? 'L' : 'M'}${x} ${y}`).join(''));
  path.setAttribute('fill', 'none');
  dot.setAttribute('class', 'token');
  dot.setAttribute('r', 8);
  viewer.get('canvas').getLayer('tokens', 100).append(path, dot);
  const length = path.getTotalLength(), lasts = Math.min(LONGEST, length / SPEED), began = performance.now();
  return new Promise(done => {
    const move = now => {
      const part = Math.min(1, (now - began) / lasts), { x, y } = path.getPointAtLength(part * length);
      dot.setAttribute('cx', x);
      dot.setAttribute('cy', y);
      if (part < 1) return requestAnimationFrame(move);
      path.remove();
      dot.remove();
      done();
    };
    requestAnimationFrame(move);
  });
}
