// The words of the editor in the language of the page. What has no entry is noted, for a test to find.
import library from 'bpmn-js-i18n/translations/zn.js';
import own from './zh.json';

export const missing = new Set();

function chinese(template) {
  const found = own[template] ?? library[template];
  if (found === undefined) missing.add(template);
  return found ?? template;
}

export function translation(language) {
  const word = language.startsWith('zh') ? chinese : template => template;
  const translate = (template, replacements = {}) =>
    word(template).replace(/{([^}]+)}/g, (_, name) => replacements[name] ?? `{${name}}`);
  return { translate: ['value', translate] };
}
