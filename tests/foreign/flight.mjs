// Sends a file's batches to a monitor over Arrow Flight, asks for scores, and prints what came back as one JSON object.
// node flight.mjs HOST:PORT flight.proto FILE.arrows
import { readFileSync } from 'node:fs';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import { Message, RecordBatchReader, Table, tableFromIPC, tableToIPC, vectorFromArray } from 'apache-arrow';

const [address, proto, file] = process.argv.slice(2);
const definition = loader.loadSync(proto, { keepCase: true, longs: Number, enums: String, defaults: true });
const { FlightService } = grpc.loadPackageDefinition(definition).arrow.flight.protocol;
const client = new FlightService(address, grpc.credentials.createInsecure());
const path = (...path) => ({ type: 'PATH', path });

/** The messages of an Arrow stream: each the bytes of its metadata and of its body. */
function* messages(ipc) {
  const bytes = Buffer.from(ipc);
  for (let at = 0; at + 8 <= bytes.length;) {
    const length = bytes.readInt32LE(at + 4);
    if (length === 0) return;
    const data_header = bytes.subarray(at + 8, at + 8 + length);
    const body = at + 8 + length;
    at = body + Number(Message.decode(data_header).bodyLength);
    yield { data_header, data_body: bytes.subarray(body, at) };
  }
}

const isBatch = message => Message.decode(message.data_header).isRecordBatch();

/** Puts received messages together again as an Arrow stream. */
const joined = received => Buffer.concat(received.flatMap(({ data_header, data_body }) => {
  const padding = (8 - (data_header.length % 8)) % 8;
  const frame = Buffer.alloc(8);
  frame.writeInt32LE(-1, 0);
  frame.writeInt32LE(data_header.length + padding, 4);
  return [frame, data_header, Buffer.alloc(padding), data_body];
}));

/** Sends messages, each record batch with a key, and returns what came back. */
function send(method, ipc, descriptor, key) {
  return new Promise(resolve => {
    const answers = [];
    const call = client[method]();
    call.on('data', answer => answers.push(answer));
    call.on('error', error => resolve({ answers, code: error.code, detail: error.details }));
    call.on('end', () => setImmediate(() => resolve({ answers, code: 0 })));
    let batch = 0;
    let first = true;
    for (const message of messages(ipc)) {
      if (first) message.flight_descriptor = descriptor;
      first = false;
      if (isBatch(message) && key) message.app_metadata = Buffer.from(`${key}-${batch++}`);
      call.write(message);
    }
    call.end();
  });
}

const unary = (method, request) => new Promise(resolve => client[method](request, (error, answer) => resolve({ code: error?.code ?? 0, detail: error?.details, answer })));

const list = () => new Promise((resolve, reject) => {
  const infos = [];
  const call = client.ListFlights({});
  call.on('data', info => infos.push(info));
  call.on('error', reject);
  call.on('end', () => resolve(infos));
});

const source = readFileSync(file);
const result = {};
result.flights = (await list()).map(info => info.flight_descriptor.path.join('/'));
const info = await unary('GetFlightInfo', path('flights', 'predictions'));
result.columns = RecordBatchReader.from(info.answer.schema).open().schema.fields.map(field => `${field.name}: ${field.type}`);

const put = await send('DoPut', source, path('flights', 'predictions'), 'js');
result.put = { code: put.code, answers: put.answers.map(answer => JSON.parse(answer.app_metadata)) };
const again = await send('DoPut', source, path('flights', 'predictions'), 'js');
result.again = { code: again.code, answers: again.answers.map(answer => JSON.parse(answer.app_metadata)) };

// Texts become dictionaries here, so a dictionary goes ahead of the batch.
const rows = tableFromIPC(source).toArray().slice(0, 3);
const columns = Object.fromEntries(tableFromIPC(source).schema.fields.map(field =>
  [field.name, field.name === 'entity_id' ? vectorFromArray(rows.map(row => `js:${row[field.name]}`)) : vectorFromArray(rows.map(row => row[field.name]), field.type)]));
const table = new Table(columns);
result.id_type = String(table.schema.fields.find(field => field.name === 'entity_id').type);
const exchange = await send('DoExchange', tableToIPC(table, 'stream'), path('flights'), 'js-exchange');
result.exchange = { code: exchange.code, detail: exchange.detail, rows: exchange.answers.length ? tableFromIPC(joined(exchange.answers)).toArray().map(row => row.toJSON()) : [] };

result.schema = await unary('GetSchema', path('flights'));
const garbage = await new Promise(resolve => {
  const call = client.DoPut();
  call.on('data', () => {});
  call.on('error', error => resolve({ code: error.code, detail: error.details }));
  call.on('end', () => setImmediate(() => resolve({ code: 0 })));
  call.write({ flight_descriptor: path('flights'), data_header: Buffer.from('no flatbuffer at all') });
  call.end();
});
result.garbage = garbage;
client.close();
console.log(JSON.stringify(result));
