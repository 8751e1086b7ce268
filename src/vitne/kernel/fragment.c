/* IP reassembly: RFC 791 section 3.2, RFC 8200 section 4.5, RFC 5722.
 *
 * Fragments lie on multiples of 8 bytes, so a map of one bit per 8 bytes says what has come.  The first copy of
 * each wins; a later one with other bytes is counted.  At most DATAGRAMS are open at a time: the one that was
 * touched longest ago makes room.  Whole datagrams stay in an arena of blocks that never move.
 */
#include "walk.h"

#define DATAGRAMS 1024
#define BUCKETS 4096
#define LARGEST 65536u
#define BLOCK (4u << 20)
#define BLOCKS_MOST 64 /* 256 MiB of reassembled datagrams in all */
#define PATIENCE_NS 60000000000 /* RFC 8200 section 4.5: 60 s */

typedef struct {
    uint8_t address[2][16];
    uint32_t id;
    uint8_t protocol, family, next; /* next: what follows the IP headers, as the first fragment says */
    bool clash;
    uint16_t chain, newer, older; /* number + 1 of the neighbour in its bucket and by age, or 0 */
    uint32_t head, tail;          /* first and last row */
    uint32_t room, total, blocks; /* bytes allocated; bytes of the datagram or 0; 8-byte units that came */
    int64_t time;
    uint8_t *bytes;
    uint8_t map[LARGEST / 64];
} Open;

typedef struct {
    uint32_t row, head;
} Head;

struct Fragments {
    Open open[DATAGRAMS];
    uint16_t buckets[BUCKETS];
    uint16_t newest, oldest;
    uint16_t fresh, closed; /* entries used so far; head of the list of closed ones */
    uint8_t *blocks[BLOCKS_MOST];
    uint32_t block_count, block_used;
    Head *heads;
    uint32_t head_count, head_room;
};

Fragments *fragments_new(void) { return calloc(1, sizeof(Fragments)); }

void fragments_free(Fragments *all) {
    if (!all) return;
    for (unsigned at = 0; at < DATAGRAMS; at++) free(all->open[at].bytes);
    for (unsigned at = 0; at < all->block_count; at++) free(all->blocks[at]);
    free(all->heads);
    free(all);
}

const uint8_t *arena_at(const Walk *walk, uint64_t offset) {
    return walk->fragments->blocks[offset / BLOCK] + offset % BLOCK;
}

static uint32_t bucket_of(const Open *key) {
    uint64_t hash = (uint64_t)key->id << 16 | key->protocol;
    for (unsigned at = 0; at < 32; at += 8) hash = mix(hash ^ word(key->address[0] + at));
    return (uint32_t)(hash % BUCKETS);
}

static void unlink_age(Fragments *all, uint16_t number) {
    Open *entry = &all->open[number - 1];
    if (entry->newer) all->open[entry->newer - 1].older = entry->older;
    else all->newest = entry->older;
    if (entry->older) all->open[entry->older - 1].newer = entry->newer;
    else all->oldest = entry->newer;
    entry->newer = entry->older = 0;
}

static void link_age(Fragments *all, uint16_t number) {
    Open *entry = &all->open[number - 1];
    entry->older = all->newest;
    entry->newer = 0;
    if (all->newest) all->open[all->newest - 1].newer = number;
    else all->oldest = number;
    all->newest = number;
}

static void close_open(Fragments *all, uint16_t number) {
    Open *entry = &all->open[number - 1];
    uint16_t *link = &all->buckets[bucket_of(entry)];
    while (*link && *link != number) link = &all->open[*link - 1].chain;
    if (*link) *link = entry->chain;
    unlink_age(all, number);
    entry->chain = all->closed;
    all->closed = number;
}

/* Gives up a datagram whose fragments did not all come. */
static void lose(Walk *walk, uint16_t number, uint32_t kind) {
    Open *entry = &walk->fragments->open[number - 1];
    uint32_t capture = 0;
    while (capture + 1 < walk->buffer_count && walk->first_rows[capture + 1] <= entry->head) capture++;
    Packet packet = {walk, &walk->rows[entry->head], entry->head, capture, NULL, 0, false, NULL, NULL, 0, 0};
    tally(&packet, kind, 0);
    close_open(walk->fragments, number);
}

static uint16_t find_open(Walk *walk, const Open *key, int64_t now) {
    Fragments *all = walk->fragments;
    for (uint16_t number = all->buckets[bucket_of(key)]; number; number = all->open[number - 1].chain) {
        Open *entry = &all->open[number - 1];
        if (entry->id != key->id || entry->protocol != key->protocol || entry->family != key->family ||
            memcmp(entry->address, key->address, 32)) {
            continue;
        }
        if (now <= entry->time || (uint64_t)now - (uint64_t)entry->time <= PATIENCE_NS) return number;
        lose(walk, number, TALLY_FRAGMENT_LOST); /* the same number, but long ago */
        return 0;
    }
    return 0;
}

static uint16_t new_open(Walk *walk, const Open *key, uint32_t row) {
    Fragments *all = walk->fragments;
    if (!all->closed && all->fresh == DATAGRAMS) lose(walk, all->oldest, TALLY_FRAGMENT_LIMIT);
    uint16_t number = all->closed;
    if (number) all->closed = all->open[number - 1].chain;
    else number = ++all->fresh;
    Open *entry = &all->open[number - 1];
    uint8_t *bytes = entry->bytes;
    uint32_t room = entry->room;
    *entry = *key;
    entry->bytes = bytes;
    entry->room = room;
    entry->head = entry->tail = row;
    uint16_t *bucket = &all->buckets[bucket_of(entry)];
    entry->chain = *bucket;
    *bucket = number;
    link_age(all, number);
    return number;
}

static bool make_room(Open *entry, uint32_t needed) {
    if (needed <= entry->room) return true;
    uint32_t room = entry->room ? entry->room : 2048;
    while (room < needed) room *= 2;
    uint8_t *bytes = realloc(entry->bytes, room);
    if (!bytes) return false;
    entry->bytes = bytes;
    entry->room = room;
    return true;
}

/* Copies what has not come yet, unit by unit; says through ``clash`` if other bytes came before. */
static void copy_units(Open *entry, const uint8_t *at, uint32_t offset, uint32_t length) {
    for (uint32_t done = 0; done < length; done += 8) {
        uint32_t unit = (offset + done) / 8, size = length - done < 8 ? length - done : 8;
        uint8_t bit = (uint8_t)(1u << (unit & 7));
        if (entry->map[unit / 8] & bit) {
            entry->clash |= memcmp(entry->bytes + offset + done, at + done, size) != 0;
            continue;
        }
        memcpy(entry->bytes + offset + done, at + done, size);
        entry->map[unit / 8] |= bit;
        entry->blocks++;
    }
}

static bool keep_head(Fragments *all, uint32_t row, uint32_t head) {
    if (all->head_count == all->head_room) {
        uint32_t room = all->head_room + all->head_room / 2 + 64;
        Head *heads = realloc(all->heads, room * sizeof *heads);
        if (!heads) return false;
        all->heads = heads;
        all->head_room = room;
    }
    all->heads[all->head_count++] = (Head){row, head};
    return true;
}

/* Moves a whole datagram into the arena and turns the packet to it. */
static bool settle(Packet *packet, const Open *entry, Span *whole) {
    Fragments *all = packet->walk->fragments;
    if (!all->block_count || all->block_used + entry->total > BLOCK) {
        uint8_t *block = all->block_count < BLOCKS_MOST ? malloc(BLOCK) : NULL;
        if (!block) {
            tally(packet, TALLY_ARENA, 0);
            return false;
        }
        all->blocks[all->block_count++] = block;
        all->block_used = 0;
    }
    if (!keep_head(all, packet->number, entry->head)) return false;
    uint8_t *at = all->blocks[all->block_count - 1] + all->block_used;
    memcpy(at, entry->bytes, entry->total);
    packet->base = at;
    packet->base_offset = (uint64_t)(all->block_count - 1) * BLOCK + all->block_used;
    packet->arena = true;
    all->block_used += entry->total;
    *whole = (Span){at, entry->total, entry->total};
    return true;
}

/* Puts the row into the datagram's chain of rows. */
static void chain_row(Packet *packet, Open *entry) {
    Walk *walk = packet->walk;
    if (packet->number == entry->head || packet->number == entry->tail) return;
    walk->rows[entry->tail].position = packet->number;
    entry->tail = packet->number;
}

static bool is_complete(const Open *entry) {
    uint32_t units = (entry->total + 7) / 8;
    if (!units || entry->blocks < units) return false;
    for (uint32_t at = 0; at < units / 8; at++) {
        if (entry->map[at] != 0xFF) return false;
    }
    uint8_t rest = (uint8_t)((1u << units % 8) - 1);
    return !rest || (entry->map[units / 8] & rest) == rest;
}

/* Takes a fragment; true when it completes its datagram, which ``whole`` then spans. */
bool add_fragment(Packet *packet, const Fragment *fragment, Span *whole) {
    Span part = fragment->datagram->payload;
    uint32_t length = fragment->more ? part.held & ~7u : part.held;
    if ((fragment->more && part.wire % 8) || !part.wire || fragment->offset + part.wire > LARGEST - 1) {
        tally(packet, TALLY_MALFORMED, fragment->datagram->family == 4 ? LAYER_IPV4 : LAYER_IPV6);
        return false;
    }
    Open key = {.id = fragment->id, .protocol = fragment->datagram->protocol,
                .family = fragment->datagram->family, .time = packet->row->time};
    if (key.family == 6) key.protocol = 0; /* RFC 8200: the number alone tells */
    size_t size = key.family == 4 ? 4 : 16;
    memcpy(key.address[0], fragment->datagram->source, size);
    memcpy(key.address[1], fragment->datagram->target, size);
    uint16_t number = find_open(packet->walk, &key, key.time);
    if (!number) number = new_open(packet->walk, &key, packet->number);
    Fragments *all = packet->walk->fragments;
    Open *entry = &all->open[number - 1];
    unlink_age(all, number);
    link_age(all, number);
    packet->row->size |= (uint32_t)ROW_FRAGMENT << SIZE_BITS;
    if (!make_room(entry, fragment->offset + length)) return false;
    if (!fragment->more && part.held == part.wire) {
        entry->clash |= entry->total && entry->total != fragment->offset + length;
        if (!entry->total) entry->total = fragment->offset + length;
    }
    if (part.held == part.wire || fragment->more) copy_units(entry, part.at, fragment->offset, length);
    if (!fragment->offset) entry->next = fragment->datagram->protocol;
    if (!is_complete(entry)) {
        chain_row(packet, entry);
        return false;
    }
    if (entry->clash) tally(packet, TALLY_FRAGMENT_CLASH, 0);
    if (entry->family == 6) fragment->datagram->protocol = entry->next;
    bool settled = settle(packet, entry, whole);
    close_open(all, number);
    packet->row->size &= ~((uint32_t)ROW_FRAGMENT << SIZE_BITS);
    return settled;
}

void fragments_end(Walk *walk) {
    while (walk->fragments->oldest) lose(walk, walk->fragments->oldest, TALLY_FRAGMENT_LOST);
}

/* Gives the first row of a reassembled datagram's chain, or NO_ROW: binary search, rows ascend. */
uint32_t fragment_head(const Walk *walk, uint32_t row) {
    const Fragments *all = walk->fragments;
    uint32_t low = 0, high = all->head_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (all->heads[middle].row < row) low = middle + 1;
        else high = middle;
    }
    return low < all->head_count && all->heads[low].row == row ? all->heads[low].head : NO_ROW;
}
