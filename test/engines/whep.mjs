// janus-whep-server on loopback alone, with one endpoint: whoever publishes in the room now.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { ENGINES, JANUS_PORT, ROOM, STREAM, WHEP_PORT } = process.env;
const require = createRequire(join(ENGINES, 'whep/package.json'));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { JanusWhepServer } = await load('janus-whep-server');
const { default: VideoRoom } = await load('janode/plugins/videoroom');
const { default: express } = await load('express');

const room = Number(ROOM);
const app = express();
let whep;
let endpoint;
let asking = null;

// Publishers get another number each time, and the library keeps the first: so it is asked for with each viewer.
app.post('/whep/endpoint/:id', async (request, response, next) => {
  try {
    if (asking?.session !== whep?.janus) asking = null;
    asking ??= whep?.janus && { session: whep.janus, handle: whep.janus.attach(VideoRoom) };
    const { participants } = await (await asking.handle).listParticipants({ room });
    const publisher = participants.find((one) => one.publisher);
    if (!publisher) {
      response.set('Access-Control-Allow-Origin', '*').status(404).send('Nobody is on air');
      return;
    }
    endpoint.feed = publisher.feed;
    next();
  } catch {
    asking = null;
    response.set('Access-Control-Allow-Origin', '*').status(503).send('Janus is away');
  }
});

whep = new JanusWhepServer({
  janus: { address: `ws://127.0.0.1:${JANUS_PORT}` },
  rest: { app, basePath: '/whep' },
});
await whep.start();
endpoint = whep.createEndpoint({ id: STREAM, plugin: 'videoroom', room, feed: 1 });
createServer(app).listen(Number(WHEP_PORT), '127.0.0.1');
