// Validates Kubernetes objects against the API's own types, operators' kinds included: node validate.mjs DIR < OBJECTS.yaml   (DIR: where install-models.sh put them)
// Prints a line for each fault and ends with 1; a kind that it does not know is a fault too. Unknown fields are not found: strict decoding finds those.
import {createRequire} from 'node:module';
import {readFileSync} from 'node:fs';
import {pathToFileURL} from 'node:url';
import {resolve} from 'node:path';

const installed = createRequire(pathToFileURL(resolve(process.argv[2], 'package.json')));
const {parseAllDocuments} = installed('yaml');
const packages = [
  [/^monitoring\.coreos\.com\//, '@kubernetes-models/prometheus-operator'],
  [/^cert-manager\.io\//, '@kubernetes-models/cert-manager'],
  [/^keda\.sh\//, '@kubernetes-models/keda'],
  [/./, 'kubernetes-models'],
];

let validated = 0, faults = 0;
for (const document of parseAllDocuments(readFileSync(0, 'utf8'))) {
  const object = document.toJS();
  if (!object) continue;
  const name = `${object.apiVersion} ${object.kind} ${object.metadata?.name}`;
  try {
    if (document.errors.length > 0) throw document.errors[0];
    const source = `${packages.find(([group]) => group.test(object.apiVersion))[1]}/${object.apiVersion}`;
    const kinds = await import(pathToFileURL(resolve(process.argv[2], 'node_modules', source, 'index.js')));
    if (!kinds[object.kind]) throw new Error(`${source} has no kind ${object.kind}`);
    new kinds[object.kind](object).validate();
    validated++;
  } catch (error) {
    faults++;
    console.log(`${name}: ${error.message.replaceAll('\n', ' ')}`);
  }
}
console.log(`${validated} objects are valid, ${faults} are not`);
process.exitCode = faults > 0 || validated === 0 ? 1 : 0;
