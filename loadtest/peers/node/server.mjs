// Answers single lookups by card number with Fastify and pg. ../README.md says how it is started and what it leaves out.

import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import Fastify from 'fastify';
import pg from 'pg';

const WORKERS = availableParallelism();
const CONNECTIONS = Math.max(1, Math.floor(16 / WORKERS));
const [SCHEMA, LOOKUP, LOG] = ['schema', 'lookup', 'log'].map((name) =>
  readFileSync(`${process.env.PEER_SQL}/${name}.sql`, 'utf8'));
const LIMIT_CATEGORIES = {
  1: 'A01', 2: 'A02', 3: 'A03', 4: 'A04', 5: 'A05', 6: 'A06', 11: 'B01', 12: 'B02', 13: 'B03', 14: 'B04', 15: 'B05', 16: 'B06',
  17: 'B07', 18: 'B08', 19: 'B09', 20: 'B10',
};
// Dates stay texts, YYYY-MM-DD.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

const strings = (...names) => Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
const object = (properties, ...required) => ({ type: 'object', properties, required, additionalProperties: false });
const text = (pattern) => ({ type: 'string', pattern });
const day = text('^(18|19|20)[0-9]{6}$');
const cardText = text('^[^\\u0000-\\u001f\\u007f]{1,20}$');
const freeText = text('^[^\\u0000-\\u001f\\u007f]{1,50}$');

const searchInfo = object({
  InsurerNumber: text('^([0-9]{6}|[0-9]{8})$'),
  InsuredCardSymbol: cardText,
  InsuredIdentificationNumber: cardText,
  InsuredBranchNumber: text('^[0-9]{2}$'),
  Birthdate: day,
  LimitApplicationCertificateRelatedConsFlg: text('^[01]$'),
  ArbitraryIdentifier: freeText,
}, 'InsurerNumber', 'InsuredIdentificationNumber', 'Birthdate', 'LimitApplicationCertificateRelatedConsFlg');
const question = object({ XmlMsg: object({
  MessageHeader: object({
    QualificationConfirmationDate: day, MedicalInstitutionCode: text('^[0-9]{10}$'), ArbitraryFileIdentifier: freeText,
  }, 'QualificationConfirmationDate', 'MedicalInstitutionCode'),
  MessageBody: object({ QualificationConfirmSearchInfo: searchInfo }, 'QualificationConfirmSearchInfo'),
}, 'MessageHeader', 'MessageBody') }, 'XmlMsg');

// Fastify compiles a writer from this; members stand in this order.
const record = object({
  ...strings('InsuredCardClassification', 'InsurerNumber', 'InsuredCardSymbol', 'InsuredIdentificationNumber',
    'InsuredBranchNumber', 'PersonalFamilyClassification', 'InsuredName', 'Name', 'NameOfOther', 'NameKana', 'NameOfOtherKana',
    'Sex1', 'Sex2', 'Birthdate', 'Address', 'PostNumber', 'QualificationDate', 'DisqualificationDate',
    'InsuredCertificateIssuanceDate', 'InsuredCardValidDate', 'InsuredCardExpirationDate', 'InsuredPartialContributionRatio',
    'ReasonOfLoss', 'InsurerName'),
  ElderlyRecipientCertificateInfo: object(strings('ElderlyRecipientCertificateDate', 'ElderlyRecipientValidStartDate',
    'ElderlyRecipientValidEndDate', 'ElderlyRecipientContributionRatio')),
  ...strings('LimitApplicationCertificateRelatedConsFlg', 'LimitApplicationCertificateRelatedConsTime'),
  LimitApplicationCertificateRelatedInfo: object(strings('LimitApplicationCertificateClassification',
    'LimitApplicationCertificateClassificationFlag', 'LimitApplicationCertificateDate',
    'LimitApplicationCertificateValidStartDate', 'LimitApplicationCertificateValidEndDate',
    'LimitApplicationCertificateLongTermDate')),
});
const answer = object({ XmlMsg: object({
  MessageHeader: object(strings('ProcessExecutionTime', 'QualificationConfirmationDate', 'MedicalInstitutionCode',
    'ArbitraryFileIdentifier', 'ReferenceClassification', 'SegmentOfResult', 'CharacterCodeIdentifier')),
  MessageBody: object({
    QualificationConfirmSearchInfo: object(strings(...Object.keys(searchInfo.properties))),
    ...strings('ProcessingResultStatus', 'QualificationValidity'),
    ResultList: { type: 'array', items: object({ ResultOfQualificationConfirmation: record }) },
  }),
}) });

function badRequest(message) {
  return Object.assign(new Error(message), { statusCode: 400 });
}

/** Returns the date of a text YYYYMMDD as YYYY-MM-DD. */
function date(element, digits) {
  const iso = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
  const time = Date.parse(iso);
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(iso)) throw badRequest(`${element}: there is no such day`);
  return iso;
}

const fold = (cardText) => cardText.normalize('NFKC').replace(/\s/g, '');

function searchKey(info) {
  const insurer = info.InsurerNumber.length === 8 ? info.InsurerNumber.replace(/^00/, '') : info.InsurerNumber;
  const number = fold(info.InsuredIdentificationNumber);
  return [insurer, fold(info.InsuredCardSymbol ?? ''), /^[0-9]+$/.test(number) ? number.replace(/^0+(?=.)/, '') : number]
    .join('\u001f');
}

const dayText = (iso) => iso?.replaceAll('-', '');
const twoDigits = (code) => String(code).padStart(2, '0');
const inForceOn = (day) => (row) => row.acquired_on <= day && (row.lost_on === null || day < row.lost_on);

/** Returns validity and the row to show. */
function decide(rows, branch, day) {
  const matching = rows.filter((row) => branch === undefined || row.branch === null || row.branch === branch);
  const inForce = matching.filter(inForceOn(day));
  const candidates = inForce.length > 0 ? inForce : matching;
  if (candidates.length === 0) return [4];
  if (new Set(candidates.map((row) => row.person_id)).size > 1) return [5];
  return [inForce.length > 0 ? 1 : 2, candidates[0]];
}

/** Picks the certificate or ratio of the day; of several, the one that began last. */
function onDay(entries, day) {
  const valid = (entries ?? []).filter((one) => one.valid_from <= day && day <= one.valid_through);
  return valid.sort((a, b) => b.valid_from.localeCompare(a.valid_from))[0];
}

function shown(row, valid, day, consent, now) {
  const lost = row.lost_on !== null && row.lost_on <= day;
  const [ratio, elderly, limit] = [row.ratios, row.elderly_certificates, row.limit_certificates]
    .map((entries) => (valid ? onDay(entries, day) : undefined));
  return {
    InsuredCardClassification: row.card_class === 8 ? 'A1' : twoDigits(row.card_class),
    InsurerNumber: row.insurer_number.padStart(8),
    InsuredCardSymbol: row.symbol ?? undefined,
    InsuredIdentificationNumber: row.number,
    InsuredBranchNumber: row.branch ?? undefined,
    PersonalFamilyClassification: row.relationship ?? undefined,
    InsuredName: row.insured_name ?? undefined,
    Name: row.name,
    NameOfOther: row.other_name ?? undefined,
    NameKana: row.kana ?? undefined,
    NameOfOtherKana: row.other_kana ?? undefined,
    Sex1: row.sex,
    Sex2: row.sex_on_back ?? undefined,
    Birthdate: dayText(row.birth_on),
    Address: row.address ?? undefined,
    PostNumber: row.post_number ?? undefined,
    QualificationDate: dayText(row.acquired_on),
    DisqualificationDate: lost ? dayText(row.lost_on) : undefined,
    InsuredCertificateIssuanceDate: dayText(row.card_issued_on ?? undefined),
    InsuredCardValidDate: dayText(row.card_valid_from ?? undefined),
    InsuredCardExpirationDate: dayText(row.card_valid_through ?? undefined),
    InsuredPartialContributionRatio: ratio && `0${ratio.tenths}0`,
    ReasonOfLoss: lost ? twoDigits(row.loss_reason) : undefined,
    InsurerName: row.insurer_name,
    ElderlyRecipientCertificateInfo: elderly && {
      ElderlyRecipientCertificateDate: dayText(elderly.issued_on ?? undefined),
      ElderlyRecipientValidStartDate: dayText(elderly.valid_from),
      ElderlyRecipientValidEndDate: dayText(elderly.valid_through),
      ElderlyRecipientContributionRatio: `0${elderly.tenths}0`,
    },
    LimitApplicationCertificateRelatedConsFlg: consent,
    LimitApplicationCertificateRelatedConsTime: consent === '1' ? now : undefined,
    LimitApplicationCertificateRelatedInfo: limit && consent === '1' ? {
      LimitApplicationCertificateClassification: twoDigits(limit.kind),
      LimitApplicationCertificateClassificationFlag: LIMIT_CATEGORIES[limit.category],
      LimitApplicationCertificateDate: dayText(limit.issued_on ?? undefined),
      LimitApplicationCertificateValidStartDate: dayText(limit.valid_from),
      LimitApplicationCertificateValidEndDate: dayText(limit.valid_through),
      LimitApplicationCertificateLongTermDate: dayText(limit.long_stay_on ?? undefined),
    } : undefined,
  };
}

async function serve() {
  const pool = new pg.Pool({ max: CONNECTIONS, idleTimeoutMillis: 0 });
  pool.on('error', (error) => console.error(`a connection to the database ended: ${error.code ?? error.message}`));
  const app = Fastify({
    https: {
      cert: readFileSync(process.env.PEER_CERT), key: readFileSync(process.env.PEER_KEY),
      ca: readFileSync(process.env.PEER_CLIENT_CA), requestCert: true, rejectUnauthorized: true,
    },
    // Values of a wrong type and unknown elements are refused instead of converted and dropped.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    keepAliveTimeout: 75_000,
  });
  app.setErrorHandler((error, _request, reply) => {
    if (error.statusCode < 500) return reply.code(error.statusCode).send({ error: error.message });
    console.error(`a request failed: ${error.code ?? error.name}`);
    return reply.code(500).send({ error: 'the question could not be answered' });
  });
  app.post('/oqs/OQSsiquc01', { schema: { body: question, response: { 200: answer } } }, async (request) => {
    const { MessageHeader: header, MessageBody: { QualificationConfirmSearchInfo: info } } = request.body.XmlMsg;
    const day = date('QualificationConfirmationDate', header.QualificationConfirmationDate);
    const now = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 19).replace(/[-:T]/g, '');
    const birth = date('Birthdate', info.Birthdate);
    const { rows } = await pool.query({ name: 'lookup', text: LOOKUP, values: [searchKey(info), birth] });
    const [validity, row] = decide(rows, info.InsuredBranchNumber, day);
    await pool.query({ name: 'log', text: LOG, values: [header.MedicalInstitutionCode, row?.person_id, validity] });
    const consent = info.LimitApplicationCertificateRelatedConsFlg;
    return { XmlMsg: {
      MessageHeader: {
        ProcessExecutionTime: now, ...header, ReferenceClassification: '2', SegmentOfResult: '1', CharacterCodeIdentifier: '0',
      },
      MessageBody: {
        QualificationConfirmSearchInfo: info,
        ProcessingResultStatus: '1',
        QualificationValidity: String(validity),
        ResultList: row && [{ ResultOfQualificationConfirmation: shown(row, validity === 1, day, consent, now) }],
      },
    } };
  });
  process.once('SIGTERM', () => {
    setTimeout(() => process.exit(1), 5_000);
    app.close().then(() => process.exit(0));
  });
  await app.listen({ host: '127.0.0.1', port: Number(process.env.PEER_PORT ?? 0), backlog: 4096 });
}

/** Starts a process for each core, and ends if one of them does. */
async function supervise() {
  try {
    const client = new pg.Client();
    await client.connect();
    await client.query(SCHEMA);
    await client.end();
  } catch (error) {
    console.error(`the database cannot be used: ${error.message}`);
    process.exit(1);
  }
  let stopping = false;
  let listening = 0;
  cluster.on('listening', (_worker, { port }) => {
    listening += 1;
    if (listening === WORKERS) console.log(`ready: ${port}`);
  });
  const stop = () => {
    stopping = true;
    for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGTERM');
  };
  process.once('SIGTERM', stop);
  cluster.on('exit', () => {
    if (!stopping) {
      console.error('a worker ended');
      process.exitCode = 1;
      stop();
    }
  });
  for (let n = 0; n < WORKERS; n += 1) cluster.fork();
}

await (cluster.isPrimary ? supervise() : serve());
