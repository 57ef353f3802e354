// What has to happen in one step inside Redis.
//
// Beside the stream stands a hash of totals: samples and bytes that ever came in, and those that have left. Each entry
// carries the totals as they were with it, so what is waiting is a subtraction, for the stream and for the dead letters.

import { createHash } from 'node:crypto';
import { messageOf } from '../../../lib/errors.ts';
import type { Reply } from './client.ts';
import type { Send } from './connection.ts';

export interface Script {
  readonly text: string;
  readonly sha1: string;
}

function script(text: string): Script {
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}

/** Runs a script that Redis may have forgotten. */
export async function run(
  send: Send,
  { text, sha1 }: Script,
  keys: readonly string[],
  args: readonly (string | Buffer)[],
): Promise<Reply> {
  const rest = [String(keys.length), ...keys, ...args];
  try {
    return await send(['EVALSHA', sha1, ...rest]);
  } catch (error) {
    if (!messageOf(error).startsWith('NOSCRIPT')) throw error;
    return send(['EVAL', text, ...rest]);
  }
}

/** KEYS stream, totals; ARGV most entries, most bytes, samples, batch → the id, or `full: …`. */
export const PUSH = script(`
local bytes = #ARGV[4]
local totals = redis.call('HMGET', KEYS[2], 'samples_in', 'bytes_in', 'bytes_out')
local bytesIn = tonumber(totals[2] or 0)
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[1]) then return 'full: entries' end
if bytesIn - tonumber(totals[3] or 0) + bytes > tonumber(ARGV[2]) then return 'full: bytes' end
local samples = string.format('%.0f', tonumber(totals[1] or 0) + tonumber(ARGV[3]))
bytesIn = string.format('%.0f', bytesIn + bytes)
local id = redis.call('XADD', KEYS[1], '*',
  'batch', ARGV[4], 'samples', ARGV[3], 'samples_in', samples, 'bytes_in', bytesIn)
redis.call('HSET', KEYS[2], 'samples_in', samples, 'bytes_in', bytesIn)
return id`);

// Of a stream's first entry, the totals before it; nothing of an entry that is not ours.
const BEFORE_FIRST = `
local function beforeFirst(stream)
  local first = redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)[1]
  if not first then return nil end
  local fields = {}
  for i = 1, #first[2], 2 do fields[first[2][i]] = first[2][i + 1] end
  local samplesIn, bytesIn = tonumber(fields['samples_in']), tonumber(fields['bytes_in'])
  local samples = tonumber(fields['samples'])
  if not (samplesIn and bytesIn and samples) then return first[1] end
  return first[1], samplesIn - samples, bytesIn - #(fields['batch'] or '')
end
`;

/**
 * KEYS stream, totals, dead letters; ARGV group. Removes what the group has acknowledged up to the oldest entry that it
 * has not, and tells what is left: entries, not delivered yet, pending, samples, bytes, age in ms, samples of dead letters.
 */
export const SETTLE = script(`${BEFORE_FIRST}
local function groupOf()
  if redis.call('EXISTS', KEYS[1]) == 0 then return nil end
  for _, flat in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
    local group = {}
    for i = 1, #flat, 2 do group[flat[i]] = flat[i + 1] end
    if group['name'] == ARGV[1] then return group end
  end
end
local group = groupOf()
local pending = 0
if group then
  pending = group['pending']
  local oldest
  if pending > 0 then
    oldest = redis.call('XPENDING', KEYS[1], ARGV[1])[2]
  else
    local ms, sequence = string.match(group['last-delivered-id'], '^(%d+)-(%d+)$')
    oldest = ms .. '-' .. string.format('%.0f', tonumber(sequence) + 1)
  end
  redis.call('XTRIM', KEYS[1], 'MINID', '=', oldest)
end
local entries = redis.call('XLEN', KEYS[1])
local first, samplesOut, bytesOut = beforeFirst(KEYS[1])
local totals = redis.call('HMGET', KEYS[2], 'samples_in', 'bytes_in', 'samples_out', 'bytes_out', 'dead_in', 'dead_out')
for i = 1, 6 do totals[i] = tonumber(totals[i] or 0) end
if not first then samplesOut, bytesOut = totals[1], totals[2] end
samplesOut, bytesOut = samplesOut or totals[3], bytesOut or totals[4]
if samplesOut ~= totals[3] or bytesOut ~= totals[4] then
  redis.call('HSET', KEYS[2],
    'samples_out', string.format('%.0f', samplesOut), 'bytes_out', string.format('%.0f', bytesOut))
end
local age = 0
if first then
  local now = redis.call('TIME')
  age = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000) - tonumber(string.match(first, '^%d+'))
end
local lag = entries - pending
if group and group['lag'] then lag = group['lag'] end
local dead = 0
if redis.call('EXISTS', KEYS[3]) == 1 then dead = totals[5] - totals[6] end
return { entries, lag, pending, totals[1] - samplesOut, totals[2] - bytesOut, age, dead }`);

/**
 * KEYS stream, totals, dead letters; ARGV group, id, reason, most dead letters, most bytes of them. Acknowledges the
 * entry and keeps a copy; the oldest copies make room. → 0 when somebody else has settled it.
 */
export const BURY = script(`
if redis.call('XACK', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
local entry = redis.call('XRANGE', KEYS[1], ARGV[2], ARGV[2])[1]
local fields = {}
if entry then for i = 1, #entry[2], 2 do fields[entry[2][i]] = entry[2][i + 1] end end
local batch, samples = fields['batch'] or '', tonumber(fields['samples']) or 0
local function total(name, more)
  local sum = string.format('%.0f', tonumber(redis.call('HGET', KEYS[2], name) or 0) + more)
  redis.call('HSET', KEYS[2], name, sum)
  return tonumber(sum)
end
if redis.call('EXISTS', KEYS[3]) == 0 then
  redis.call('HDEL', KEYS[2], 'dead_in', 'dead_out', 'dead_bytes_in', 'dead_bytes_out')
end
redis.call('XADD', KEYS[3], '*', 'reason', ARGV[3], 'id', ARGV[2], 'samples', samples, 'batch', batch)
total('dead_in', samples)
local bytes = total('dead_bytes_in', #batch) - total('dead_bytes_out', 0)
local count = redis.call('XLEN', KEYS[3])
while count > 1 and (count > tonumber(ARGV[4]) or bytes > tonumber(ARGV[5])) do
  local first = redis.call('XRANGE', KEYS[3], '-', '+', 'COUNT', 1)[1]
  local old = {}
  for i = 1, #first[2], 2 do old[first[2][i]] = first[2][i + 1] end
  redis.call('XDEL', KEYS[3], first[1])
  total('dead_out', tonumber(old['samples']) or 0)
  total('dead_bytes_out', #(old['batch'] or ''))
  bytes = bytes - #(old['batch'] or '')
  count = count - 1
end
return 1`);

/** KEYS stream; ARGV group, ms. Removes entries that are older, a thousand at a time. → their samples. */
export const EXPIRE = script(`
local now = redis.call('TIME')
local before = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000) - tonumber(ARGV[2])
if before <= 0 then return 0 end
local samples = 0
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', string.format('(%.0f-0', before), 'COUNT', 1000)) do
  for i = 1, #entry[2], 2 do
    if entry[2][i] == 'samples' then samples = samples + (tonumber(entry[2][i + 1]) or 0) end
  end
  redis.call('XACK', KEYS[1], ARGV[1], entry[1])
  redis.call('XDEL', KEYS[1], entry[1])
end
return samples`);

/** KEYS stream; ARGV group, a consumer or '', ms. Deletes that consumer, or all idle for so long, that hold nothing. */
export const RETIRE = script(`
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local known = false
for _, flat in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  for i = 1, #flat, 2 do if flat[i] == 'name' and flat[i + 1] == ARGV[1] then known = true end end
end
if not known then return 0 end
local retired = 0
for _, flat in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local consumer = {}
  for i = 1, #flat, 2 do consumer[flat[i]] = flat[i + 1] end
  local isOver = consumer['name'] == ARGV[2] or (ARGV[2] == '' and consumer['idle'] >= tonumber(ARGV[3]))
  if consumer['pending'] == 0 and isOver then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer['name'])
    retired = retired + 1
  end
end
return retired`);
