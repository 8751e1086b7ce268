#include "kernel.h"

/* Where bytes of an unknown protocol announce something: a run of text, the same in UTF-16, a compression's magic.
 *
 * Spots are positions in the data, ascending; after a run of text the search goes on behind it.
 */

enum { TEXT_RUN = 8, WIDE_RUN = 6 };

static int is_text(uint8_t byte) {
    return (byte >= 0x20 && byte < 0x7f) || byte == '\t' || byte == '\r' || byte == '\n';
}

static int is_magic(const uint8_t *p, size_t left) {
    if (left < 2) return 0;
    if (p[0] == 0x78) return p[1] == 0x01 || p[1] == 0x5e || p[1] == 0x9c || p[1] == 0xda; /* zlib, RFC 1950 */
    if (left < 3) return 0;
    if (p[0] == 0x1f) return p[1] == 0x8b && p[2] == 0x08; /* gzip, RFC 1952 */
    return left >= 4 && p[0] == 0x28 && p[1] == 0xb5 && p[2] == 0x2f && p[3] == 0xfd; /* zstd, RFC 8878 */
}

/* Length of a run of text from p on, of characters `step` bytes apart with zeros between. */
static size_t run_of(const uint8_t *p, size_t left, size_t step) {
    size_t length = 0;
    while (length + step <= left && is_text(p[length]) && (step == 1 || p[length + 1] == 0)) length += step;
    return length;
}

/* Write up to `most` spots; return how many there are, at most `most`. */
API uint64_t vitne_spots(const uint8_t *data, uint64_t length, uint64_t *spots, uint64_t most) {
    uint64_t found = 0, at = 0;
    while (at < length && found < most) {
        size_t left = (size_t)(length - at);
        size_t run = is_text(data[at]) ? run_of(data + at, left, 1) : 0;
        size_t wide = run == 1 ? run_of(data + at, left, 2) : 0;
        if (run >= TEXT_RUN || wide >= 2 * WIDE_RUN || is_magic(data + at, left)) {
            spots[found++] = at;
            at += run > wide ? run : (wide ? wide : 1);
        } else {
            at += 1;
        }
    }
    return found;
}
