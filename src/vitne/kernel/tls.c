#include "kernel.h"

/* Connections of TLS in which a client says one hello and all else is closed (RFC 8446 sections 4 and 5).
 *
 * A connection is plain when both sides are rows of records, of which the last may be cut off where it is
 * closed, each handshake message lies in one record, and all lengths inside the hello agree to the last byte.
 * All others are left to the patient reader.
 *
 * Of a hello everything is written down that its fingerprint, its protocols and its versions follow from:
 * numbers that mean nothing (RFC 8701) all as one, types of extensions in ascending order.  Hellos of one
 * client, which are never the same, are the same as written down.
 */

enum {
    CHANGE_CIPHER = 20,
    ALERT,
    HANDSHAKE,
    DATA,
    HEARTBEAT,
    HEADER = 5,
    LARGEST_RECORD = 16384 + 2048,
    CLIENT_HELLO = 1,
    SERVER_HELLO = 2,
    CERTIFICATE = 11,
    LARGEST_MESSAGE = 1 << 18, /* of the handshake */
    LEAST_BODY = 35,           /* bytes of a ClientHello before its cipher suites */
    LEAST_SERVER_BODY = 38,
    MOST_EXTENSIONS = 64,
    MOST_SUITES = 512, /* numbers of one list */
    LONGEST_SHAPE = 2048,
    GREASE = 0x0a0a,
    SNI = 0,
    SIGNATURES = 13,
    ALPN = 16,
    TICKET = 35,
    PSK = 41,
    VERSIONS = 43
};

/* Half-open ranges in the buffer; 0, 0 for what is not there. */
typedef struct {
    int64_t start, end;
} span;

typedef struct {
    int64_t closed[2];  /* bytes of each side that nobody can read */
    span where[2];      /* from the first to the last of them */
    span hello;         /* the message */
    span name;          /* of the server */
    span session;       /* id of the session */
    span ticket;        /* of the session */
    span identity;      /* of a key that was shared before */
    span certificate;   /* of the server, the leaf */
    int64_t short_hello; /* where a ServerHello begins that says too little */
    int64_t cut[2];     /* whether a side ends inside a closed record */
    int64_t shape;      /* where what is written down of the hello begins, and how long it is */
    int64_t shape_size;
} connection;

typedef struct {
    const uint8_t *data;
    uint8_t *shape; /* LONGEST_SHAPE bytes for the connection at hand */
    size_t used;
} writing;

static int put(writing *out, const uint8_t *from, size_t size) {
    if (size > LONGEST_SHAPE - out->used) return 0;
    if (size) memcpy(out->shape + out->used, from, size);
    out->used += size;
    return 1;
}

static int put_number(writing *out, unsigned number) {
    const uint8_t two[2] = {(uint8_t)(number >> 8), (uint8_t)number};
    return put(out, two, 2);
}

/* All numbers that mean nothing as one of them. */
static unsigned meant(unsigned number) {
    return (number & 0x0f0f) == GREASE && number >> 8 == (number & 0xff) ? GREASE : number;
}

/* Write a list of 16-bit numbers behind their count. */
static int put_list(writing *out, const uint8_t *from, size_t size) {
    if (size & 1 || size / 2 > MOST_SUITES || !put_number(out, (unsigned)(size / 2))) return 0;
    for (size_t at = 0; at < size; at += 2)
        if (!put_number(out, meant(be16(from + at)))) return 0;
    return 1;
}

/* ---- hellos -------------------------------------------------------------------------------------------- */

/* One name of a host and nothing else (RFC 6066 section 3). */
static int read_name(const uint8_t *data, span in, connection *one) {
    if (in.end - in.start < 6 || one->name.end) return 0;
    const uint8_t *p = data + in.start;
    if (be16(p) != in.end - in.start - 2 || p[2] != 0 || be16(p + 3) != in.end - in.start - 5) return 0;
    one->name = (span){in.start + 5, in.end};
    return 1;
}

/* One identity of a key that was shared before, and whatever binds it (RFC 8446 section 4.2.11). */
static int read_identity(const uint8_t *data, span in, connection *one) {
    if (in.end - in.start < 9 || one->identity.end) return 0;
    const uint8_t *p = data + in.start;
    const int64_t list = be16(p), size = be16(p + 2);
    if (list != size + 6 || list + 2 > in.end - in.start || !size) return 0;
    one->identity = (span){in.start + 4, in.start + 4 + size};
    return 1;
}

typedef struct {
    unsigned types[MOST_EXTENSIONS]; /* ascending */
    unsigned count;
    span alpn, versions, signatures;
} offered;

/* Take one extension; 0 where it is said twice or is written in an odd way. */
static int take_extension(const uint8_t *data, unsigned type, span in, offered *all, connection *one) {
    const unsigned own = meant(type);
    unsigned at = all->count;
    if (all->count == MOST_EXTENSIONS) return 0;
    for (; at > 0 && all->types[at - 1] > own; at--) all->types[at] = all->types[at - 1];
    if (at > 0 && all->types[at - 1] == own && own != GREASE) return 0;
    all->types[at] = own;
    all->count++;
    const int64_t size = in.end - in.start;
    const uint8_t *p = data + in.start;
    switch (type) {
        case SNI: return read_name(data, in, one);
        case PSK: return read_identity(data, in, one);
        case TICKET: one->ticket = size ? in : (span){0, 0}; return 1;
        case ALPN: all->alpn = in; return size >= 2 && be16(p) == size - 2;
        case SIGNATURES: all->signatures = (span){in.start + 2, in.end}; return size >= 2 && be16(p) == size - 2;
        case VERSIONS: all->versions = (span){in.start + 1, in.end}; return size >= 1 && p[0] == size - 1;
        default: return 1;
    }
}

/* Read the extensions, which take up all from a place on, and write them down. */
static int read_extensions(writing *out, int64_t at, int64_t end, connection *one) {
    const uint8_t *data = out->data;
    offered all = {.count = 0};
    if (end - at < 2 || be16(data + at) != end - at - 2) return 0;
    at += 2;
    while (at < end) {
        if (end - at < 4) return 0;
        const span in = {at + 4, at + 4 + be16(data + at + 2)};
        if (in.end > end || !take_extension(data, be16(data + at), in, &all, one)) return 0;
        at = in.end;
    }
    if (!put_number(out, all.count)) return 0;
    for (unsigned each = 0; each < all.count; each++)
        if (!put_number(out, all.types[each])) return 0;
    const size_t names = (size_t)(all.alpn.end - all.alpn.start);
    return put_number(out, (unsigned)names) && put(out, data + all.alpn.start, names) &&
           put_list(out, data + all.versions.start, (size_t)(all.versions.end - all.versions.start)) &&
           put_list(out, data + all.signatures.start, (size_t)(all.signatures.end - all.signatures.start));
}

/* Read a ClientHello (RFC 8446 section 4.1.2) and write its shape down. */
static int read_hello(writing *out, span body, connection *one) {
    const uint8_t *data = out->data;
    if (body.end - body.start < LEAST_BODY) return 0;
    int64_t at = body.start + LEAST_BODY + data[body.start + 34];
    if (at + 2 > body.end) return 0;
    if (data[body.start + 34]) one->session = (span){body.start + LEAST_BODY, at};
    const int64_t suites = be16(data + at);
    at += 2;
    if (at + suites + 1 > body.end || !put(out, data + body.start, 2)) return 0;
    if (!put_list(out, data + at, (size_t)suites)) return 0;
    at += suites;
    at += 1 + data[at]; /* ways to compress */
    if (at == body.end) return 1;
    return at < body.end && read_extensions(out, at, body.end, one);
}

/* A ServerHello says as much as it has to, or is told to say too little; two of those are not plain. */
static int server_hello(const uint8_t *data, span whole, connection *one) {
    const int64_t body = whole.start + 4, size = whole.end - body;
    if (size >= LEAST_SERVER_BODY && LEAST_BODY + data[body + 34] + 3 <= size) return 1;
    if (one->short_hello) return 0;
    one->short_hello = whole.start;
    return 1;
}

/* The first certificate of a list (RFC 5246 section 7.4.2); a second list of one side is not plain. */
static int read_certificate(const uint8_t *data, span body, connection *one) {
    if (one->certificate.end) return 0;
    if (body.end - body.start < 6) return 1;
    const uint8_t *p = data + body.start;
    const int64_t end = body.start + 6 + ((int64_t)p[3] << 16 | p[4] << 8 | p[5]);
    if (end > body.start + 6 && end <= body.end) one->certificate = (span){body.start + 6, end};
    return 1;
}

/* ---- records ------------------------------------------------------------------------------------------- */

/* Take one message of the handshake; 0 where it is not plain. */
static int take_message(writing *out, int side, unsigned kind, span whole, connection *one) {
    const span body = {whole.start + 4, whole.end};
    switch (kind) {
        case CLIENT_HELLO:
            if (side || one->hello.end || !read_hello(out, body, one)) return 0;
            one->hello = whole;
            return 1;
        case SERVER_HELLO: return side && server_hello(out->data, whole, one);
        case CERTIFICATE: return side && read_certificate(out->data, body, one);
        default: return 1;
    }
}

/* Take the messages of one record, which have to end with it. */
static int take_handshake(writing *out, int side, span in, connection *one) {
    int64_t at = in.start;
    while (at < in.end) {
        if (in.end - at < 4) return 0;
        const uint8_t *p = out->data + at;
        const int64_t size = (int64_t)p[1] << 16 | p[2] << 8 | p[3];
        if (size > LARGEST_MESSAGE || size > in.end - at - 4) return 0;
        if (!take_message(out, side, p[0], (span){at, at + 4 + size}, one)) return 0;
        at += 4 + size;
    }
    return 1;
}

/* Whether a closed record may be a second hello in clear (RFC 8446 appendix D.4). */
static int may_be_hello(const uint8_t *p, int64_t size) {
    return size > 40 && (p[0] == CLIENT_HELLO || p[0] == SERVER_HELLO) && p[4] == 3;
}

/* Read one side, from its first byte to its last; 0 where it is not plain. */
static int read_side(writing *out, int side, span in, connection *one) {
    int sealed = 0;
    for (int64_t at = in.start; at < in.end;) {
        const uint8_t *p = out->data + at;
        if (in.end - at < HEADER || p[1] != 3 || p[2] > 4) return 0;
        const int64_t begin = at + HEADER;
        int64_t size = be16(p + 3);
        if (size > LARGEST_RECORD || !size) return 0;
        if (size > in.end - begin) {
            if (p[0] < DATA) return 0;
            one->cut[side] = 1;
            size = in.end - begin;
        }
        at = begin + size;
        switch (p[0]) {
            case CHANGE_CIPHER: sealed = 1; break;
            case ALERT:
                if (size == 2) return 0;
                break;
            case HANDSHAKE:
                if (!sealed && !take_handshake(out, side, (span){begin, at}, one)) return 0;
                if (sealed && may_be_hello(out->data + begin, size)) return 0;
                break;
            case DATA:
            case HEARTBEAT:
                if (!size) break;
                if (!one->closed[side]) one->where[side].start = begin;
                one->closed[side] += size;
                one->where[side].end = at;
                break;
            default: return 0;
        }
    }
    return 1;
}

/* Read connections, each of which has a row in `sides`: where its client's bytes begin and end in the buffer,
 * where its server's do.  Tells which are plain; `shapes` has LONGEST_SHAPE bytes for each. */
API void vitne_connections(const uint8_t *data, uint64_t size, const int64_t *sides, uint64_t count,
                           connection *found, uint8_t *plain, uint8_t *shapes, uint64_t room) {
    uint64_t used = 0;
    for (uint64_t each = 0; each < count; each++) {
        const span client = {sides[4 * each], sides[4 * each + 1]};
        const span server = {sides[4 * each + 2], sides[4 * each + 3]};
        connection *one = &found[each];
        plain[each] = 0;
        memset(one, 0, sizeof *one);
        if (client.start < 0 || client.start >= client.end || (uint64_t)client.end > size || server.start < 0 ||
            server.start > server.end || (uint64_t)server.end > size || room - used < LONGEST_SHAPE)
            continue;
        writing out = {data, shapes + used, 0};
        if (data[client.start] != HANDSHAKE || !read_side(&out, 0, client, one) || !one->hello.end) continue;
        if (!read_side(&out, 1, server, one)) continue;
        plain[each] = 1;
        one->shape = (int64_t)used;
        one->shape_size = (int64_t)out.used;
        used += out.used;
    }
}
