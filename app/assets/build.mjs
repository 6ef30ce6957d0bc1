// Bundles the islands of src/ into the folder given as the only argument, under names that carry a hash,
// with manifest.json saying which file is which.
import { build } from 'esbuild';
import { writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

const target = process.argv[2];
const { metafile } = await build({
  entryPoints: ['viewer', 'replay', 'editor'].map(name => `src/${name}.js`),
  outdir: target,
  bundle: true,
  minify: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  metafile: true,
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  assetNames: '[name]-[hash]',
  legalComments: 'linked',
  logLevel: 'warning',
  loader: { '.eot': 'empty', '.svg': 'dataurl', '.woff': 'file', '.woff2': 'file', '.ttf': 'file' }
});

const manifest = {};
for (const [file, output] of Object.entries(metafile.outputs)) {
  if (!output.entryPoint) continue;
  const name = basename(output.entryPoint, '.js');
  manifest[`${name}.js`] = relative(target, file);
  if (output.cssBundle) manifest[`${name}.css`] = relative(target, output.cssBundle);
}
writeFileSync(join(target, 'manifest.json'), JSON.stringify(manifest, null, 1));
