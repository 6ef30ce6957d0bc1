// Fields of the panel. An entry is told how to read and write its value; everything else is the library's.
import {
  CheckboxEntry, SelectEntry, TextAreaEntry, TextFieldEntry,
  isCheckboxEntryEdited, isSelectEntryEdited, isTextAreaEntryEdited, isTextFieldEntryEdited
} from '@bpmn-io/properties-panel';
import { useService } from 'bpmn-js-properties-panel';

// `label` is a word of the editor, or a function that makes the label of names and words.
// `read(extensions, element)` and `write(extensions, element, value, modeling)` of each field.
function useField({ element, id, label, description, read, write }) {
  const extensions = useService('extensions'), modeling = useService('modeling'), translate = useService('translate');
  return {
    element, id,
    label: typeof label === 'function' ? label(translate) : translate(label),
    description: description && translate(description),
    debounce: useService('debounceInput'),
    getValue: () => read(extensions, element),
    setValue: value => write(extensions, element, value ?? '', modeling)
  };
}

function Text(props) {
  return TextFieldEntry(useField(props));
}

function Expression(props) {
  return TextAreaEntry({ ...useField(props), monospace: true, rows: 1, autoResize: true });
}

function Prose(props) {
  return TextAreaEntry({ ...useField(props), rows: 3, autoResize: true });
}

function Choice(props) {
  const translate = useService('translate'), field = useField(props);
  return SelectEntry({ ...field, getOptions: () => withCurrent(props.options(translate), field.getValue(), translate, props.required) });
}

function Tick(props) {
  return CheckboxEntry(useField(props));
}

// A value that is no longer offered stays visible until somebody chooses another.
function withCurrent(options, value, translate, required) {
  const known = !value || options.some(option => option.value === value);
  const none = required && value ? [] : [{ value: '', label: translate('(none)') }];
  return [...none, ...options, ...(known ? [] : [{ value, label: translate('{value} (unknown)', { value }) }])];
}

const KINDS = {
  text: [Text, isTextFieldEntryEdited],
  expression: [Expression, isTextAreaEntryEdited],
  prose: [Prose, isTextAreaEntryEdited],
  choice: [Choice, isSelectEntryEdited],
  tick: [Tick, isCheckboxEntryEdited]
};

export function entry(kind, id, label, more) {
  const [component, isEdited] = KINDS[kind];
  return { id: `office-${id}`, label, component, isEdited, ...more };
}

export function property(kind, name, label, more = {}) {
  return entry(kind, name, label, {
    read: (extensions, element) => extensions.property(element, name),
    write: (extensions, element, value) => extensions.setProperty(element, name, value.trim()),
    ...more
  });
}
