// The diagram of a case: what it has passed, where it is now.
import { centre, openDrawing, zoom } from './drawing.js';
import { Marks } from './marks.js';

for (const root of document.querySelectorAll('[data-island=viewer]')) show(root);

async function show(root) {
  const container = root.querySelector('.drawing');
  const marks = JSON.parse(root.dataset.marks || '{}');
  document.documentElement.classList.add('scripted');
  let viewer;
  try {
    viewer = await openDrawing(container, root.dataset.source);
  } catch (error) {
    // The picture the server drew stays.
    document.documentElement.classList.remove('scripted');
    throw error;
  }
  new Marks(viewer).show(marks);
  const here = marks.current?.[0] ?? marks.changed?.[0] ?? marks.added?.[0];
  zoom(viewer, 'fit');
  if (here && viewer.get('canvas').zoom() < 0.6) centre(viewer, here, 0.8);
  for (const button of root.querySelectorAll('[data-zoom]'))
    button.addEventListener('click', () =>
      button.dataset.zoom === 'here' ? centre(viewer, here) : zoom(viewer, button.dataset.zoom));
  root.dataset.ready = 'yes';
}
