/** The build that runs in a browser as it is; the package's own entry wants Node's streams. */
declare module 'simple-peer/simplepeer.min.js' {
  import SimplePeer from 'simple-peer';
  export default SimplePeer;
}
