// A diagram to look at and move about in, and marks on its elements.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import './drawing.css';

const STEP = 80;
const MOVES = { ArrowLeft: [STEP, 0], ArrowRight: [-STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };

export async function openDrawing(container, source) {
  const answer = await fetch(source, { headers: { Accept: 'application/xml' } });
  if (!answer.ok) throw new Error(`${source}: ${answer.status}`);
  const viewer = new NavigatedViewer({ container });
  await viewer.importXML(await answer.text());
  name(viewer, container);
  container.addEventListener('keydown', event => onKey(viewer, event));
  return viewer;
}

// What a reading aid says of the picture.
function name(viewer, container) {
  const picture = container.querySelector('svg');
  picture.setAttribute('role', 'img');
  picture.setAttribute('aria-label', container.getAttribute('aria-label') ?? '');
}

function onKey(viewer, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const move = MOVES[event.key];
  if (move) viewer.get('canvas').scroll({ dx: move[0], dy: move[1] });
  else if (event.key === '+' || event.key === '=') zoom(viewer, 'in');
  else if (event.key === '-') zoom(viewer, 'out');
  else if (event.key === '0') zoom(viewer, 'fit');
  else return;
  event.preventDefault();
}

export function zoom(viewer, how) {
  if (how === 'fit') viewer.get('canvas').zoom('fit-viewport', 'auto');
  else viewer.get('zoomScroll').stepZoom(how === 'in' ? 1 : -1);
}

// Put an element into the middle, at its own size or smaller when the whole fits only so.
export function centre(viewer, id, scale = 1) {
  const canvas = viewer.get('canvas'), element = viewer.get('elementRegistry').get(id);
  if (!element) return;
  canvas.zoom(scale);
  const { outer } = canvas.viewbox(), width = outer.width / scale, height = outer.height / scale;
  canvas.viewbox({
    x: element.x + element.width / 2 - width / 2,
    y: element.y + element.height / 2 - height / 2,
    width, height
  });
}

export function isInView(viewer, id) {
  const element = viewer.get('elementRegistry').get(id);
  if (!element) return true;
  const box = viewer.get('canvas').viewbox();
  return element.x >= box.x && element.y >= box.y &&
    element.x + element.width <= box.x + box.width && element.y + element.height <= box.y + box.height;
}
