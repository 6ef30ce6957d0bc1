// A case, watched again: the slider, the list and the diagrams show the same step.
import { centre, isInView, openDrawing, zoom } from './drawing.js';
import { Marks } from './marks.js';
import { stateAt } from './replay_state.js';
import { runAlong } from './token.js';
import { watchVerdict } from './verdict.js';
import './replay.css';

const PAUSE = 900;
// Names can be read at this scale; below, one sees the whole and asked for it.
const LEGIBLE = 0.7;
const NOTHING = { passed: [], current: [], waiting: [], taken: [] };

class Replay {
  constructor(root, { diagrams, moments }) {
    this.moments = moments;
    this.sources = new Map(diagrams.map(diagram => [diagram.id, diagram.source]));
    this.shown = diagrams[0].id;
    this.sheets = new Map();
    this.step = 0;
    this.playing = false;
    this.wholeWanted = false;
    this.stage = root.querySelector('.drawing');
    this.which = root.querySelector('#which');
    this.slider = root.querySelector('#step');
    this.output = root.querySelector('output');
    this.list = root.querySelector('.moments');
    this.items = [...this.list.querySelectorAll('.moment')];
    this.playButton = root.querySelector('[data-act=play]');
    this.playWord = this.playButton.textContent;
    this.listen(root);
  }

  listen(root) {
    this.slider.addEventListener('input', () => { this.pause(); this.go(Number(this.slider.value)); });
    this.which?.addEventListener('change', () => this.turnTo(Number(this.which.value)));
    this.items.forEach((item, index) => item.addEventListener('click', () => { this.pause(); this.go(index + 1); }));
    for (const button of root.querySelectorAll('[data-zoom]'))
      button.addEventListener('click', () => this.zoom(button.dataset.zoom));
    const acts = { previous: () => this.advance(-1), next: () => this.advance(1), play: () => this.playing ? this.pause() : this.play() };
    for (const [act, run] of Object.entries(acts))
      root.querySelector(`[data-act=${act}]`).addEventListener('click', run);
  }

  zoom(how) {
    this.wholeWanted = how === 'fit';
    zoom(this.sheets.get(this.shown).viewer, how);
  }

  // The drawing of one diagram, made when it is first looked at.
  async sheet(id) {
    if (!this.sheets.has(id)) {
      const holder = document.createElement('div');
      holder.className = 'sheet';
      holder.setAttribute('aria-label', this.stage.getAttribute('aria-label'));
      this.stage.append(holder);
      const viewer = await openDrawing(holder, this.sources.get(id));
      this.sheets.set(id, { holder, viewer, marks: new Marks(viewer) });
      zoom(viewer, 'fit');
    }
    return this.sheets.get(id);
  }

  async turnTo(id) {
    const sheet = await this.sheet(id);
    this.shown = id;
    for (const [other, { holder }] of this.sheets) holder.hidden = other !== id;
    if (this.which) this.which.value = id;
    this.draw();
    return sheet;
  }

  draw() {
    const { marks } = this.sheets.get(this.shown), moment = this.moments[this.step - 1];
    const state = stateAt(this.moments, this.step).get(this.shown) ?? NOTHING;
    marks.show({ ...state, now: moment?.diagram === this.shown ? [moment.element] : [] });
  }

  async go(step, { animate = false } = {}) {
    this.step = Math.max(0, Math.min(this.moments.length, step));
    this.tell();
    const moment = this.moments[this.step - 1], wanted = moment?.element ? moment.diagram : this.shown;
    const sheet = await this.turnTo(wanted);
    this.follow(sheet.viewer, (moment ?? this.moments[0])?.element);
    if (animate) await this.run(moment, sheet.viewer);
  }

  follow(viewer, element) {
    const scale = viewer.get('canvas').zoom();
    if (this.wholeWanted || !element || (scale >= LEGIBLE && isInView(viewer, element))) return;
    centre(viewer, element, Math.max(LEGIBLE, scale));
  }

  async run(moment, viewer) {
    for (const { flow, diagram } of moment.steps)
      if (flow && diagram === this.shown && this.playing) await runAlong(viewer, flow);
  }

  tell() {
    const item = this.items[this.step - 1];
    this.slider.value = this.step;
    this.output.textContent = `${this.step} / ${this.moments.length}`;
    const said = item ? `${item.querySelector('time').textContent} ${item.querySelector('.sentence').textContent}` : this.slider.dataset.before;
    this.slider.setAttribute('aria-valuetext', `${this.output.textContent} ${said}`);
    for (const one of this.items) {
      if (one === item) one.setAttribute('aria-current', 'step');
      else one.removeAttribute('aria-current');
    }
    if (item) this.list.scrollTo({ top: item.offsetTop - this.list.offsetTop - 60 });
  }

  async advance(by) {
    this.pause();
    await this.go(this.step + by);
  }

  async play() {
    this.playing = true;
    this.playButton.textContent = this.playButton.dataset.playing;
    if (this.step >= this.moments.length) await this.go(0);
    while (this.playing && this.step < this.moments.length) {
      await this.go(this.step + 1, { animate: true });
      await new Promise(resolve => setTimeout(resolve, PAUSE));
    }
    this.pause();
  }

  pause() {
    this.playing = false;
    this.playButton.textContent = this.playWord;
  }
}

async function start(root) {
  const answer = await fetch(root.dataset.source, { headers: { Accept: 'application/json' } });
  if (!answer.ok) throw new Error(`${root.dataset.source}: ${answer.status}`);
  const replay = new Replay(root, await answer.json());
  document.documentElement.classList.add('scripted');
  await replay.go(0);
  const verify = document.getElementById('verify');
  watchVerdict(verify, document.getElementById('verdict'), seq => {
    const at = replay.moments.findIndex(moment => moment.seq >= seq);
    if (at >= 0) replay.go(at + 1);
  });
  root.dataset.ready = 'yes';
}

const root = document.querySelector('[data-island=replay]');
if (root) start(root);
