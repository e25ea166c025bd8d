// `npm start`: the product's main job. Plain JavaScript, so that an old Node gets far enough to be told what it lacks.
process.stderr.write('Running headless: this version has no desktop application yet.\n');
await import('../dist/main/cli.js');
