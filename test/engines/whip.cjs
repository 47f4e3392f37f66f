// simple-whip-server on loopback alone, with one endpoint. It offers no address to listen at, and whoever reaches it may
// create endpoints: so it must not be reached but through a proxy that hands on /whip/endpoint and /whip/resource.
const { Server } = require('node:http');
const { join } = require('node:path');

const { ENGINES, ROOM, STREAM, TOKEN, WHIP_PORT } = process.env;

const listen = Server.prototype.listen;
Server.prototype.listen = function (port, done) {
  return listen.call(this, port, '127.0.0.1', done);
};

require(join(ENGINES, 'whip/src/server.js'));

async function create() {
  const body = JSON.stringify({ id: STREAM, room: Number(ROOM), token: TOKEN });
  const headers = { 'Content-Type': 'application/json' };
  for (;;) {
    // It listens once it has found Janus.
    const answer = await fetch(`http://127.0.0.1:${WHIP_PORT}/whip/create`, {
      method: 'POST',
      headers,
      body,
    }).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
void create();
