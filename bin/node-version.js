// Asked before anything is imported that an old Node cannot even read.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Portoon needs Node 20.19 or newer; this is ${process.versions.node}: https://nodejs.org`);
  process.exit(1);
}
