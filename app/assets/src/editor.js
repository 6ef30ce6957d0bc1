// The editor of a regulation's diagram.
import Modeler from 'bpmn-js/lib/Modeler';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule } from 'bpmn-js-properties-panel';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css';
import '@bpmn-io/properties-panel/dist/assets/properties-panel.css';
import './drawing.css';
import './editor.css';
import spiffworkflow from './spiffworkflow.json';
import Extensions from './properties/extensions.js';
import OfficeProperties from './properties/provider.js';
import Supported from './supported.js';
import { Findings } from './findings.js';
import { Server } from './server.js';
import { Draft } from './draft.js';
import { readAsText } from './loop_names.js';
import { missing, translation } from './translation.js';

const PALETTE = 130;
// Where names can be read.
const LEGIBLE = 0.7;

async function start(root) {
  const language = document.documentElement.lang;
  const modeler = new Modeler({
    container: root.querySelector('.drawing'),
    propertiesPanel: { parent: root.querySelector('.panel') },
    moddleExtensions: { spiffworkflow },
    catalogue: JSON.parse(root.dataset.catalogue),
    additionalModules: [
      BpmnPropertiesPanelModule,
      BpmnPropertiesProviderModule,
      translation(language),
      {
        __init__: ['officeProperties', 'supported'],
        extensions: ['type', Extensions],
        officeProperties: ['type', OfficeProperties],
        supported: ['type', Supported]
      }
    ]
  });
  readAsText(modeler.get('moddle'));
  document.documentElement.classList.add('scripted');
  const server = new Server(root);
  const { warnings } = await modeler.importXML(await server.text(root.dataset.source));
  open(modeler);
  const draft = new Draft(modeler, root, server, new Findings(modeler, root));
  if (warnings.length) draft.protect(warnings);
  for (const button of root.querySelectorAll('[data-do]'))
    button.addEventListener('click', () => run(button.dataset.do, modeler, draft));
  // For tests: the words that were shown untranslated, and the editor itself.
  Object.assign(root, { missing, modeler });
  root.dataset.ready = 'yes';
}

function run(what, modeler, draft) {
  if (what === 'undo' || what === 'redo') modeler.get('commandStack')[what]();
  else if (what === 'fit') show(modeler);
  else draft[what]();
}

// The whole diagram when its names can be read so, otherwise its beginning.
function open(modeler) {
  show(modeler);
  const canvas = modeler.get('canvas');
  if (canvas.zoom() >= LEGIBLE) return;
  const first = modeler.get('elementRegistry').find(({ type, parent }) => type === 'bpmn:StartEvent' && parent?.type !== 'bpmn:SubProcess');
  const { outer } = canvas.viewbox(), width = outer.width / LEGIBLE, height = outer.height / LEGIBLE;
  if (first) canvas.viewbox({ x: first.x - 1.5 * PALETTE / LEGIBLE, y: first.y - height / 2, width, height });
}

// The whole diagram, beside the palette and not under it.
function show(modeler) {
  const canvas = modeler.get('canvas');
  canvas.zoom('fit-viewport', 'auto');
  const box = canvas.viewbox(), scale = canvas.zoom();
  canvas.viewbox({ ...box, x: box.x - PALETTE / scale, width: box.width + PALETTE / scale, height: box.height + PALETTE / scale });
}

const root = document.querySelector('[data-island=editor]');
if (root) start(root);
