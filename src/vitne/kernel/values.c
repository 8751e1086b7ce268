/* Values behind a tag and a length: whether some bytes may be a record of such from end to end. */
#include "kernel.h"

static uint64_t number(const uint8_t *place, unsigned width, int little) {
    uint64_t value = 0;
    for (unsigned at = 0; at < width; at++)
        value = little ? value | (uint64_t)place[at] << 8 * at : value << 8 | place[at];
    return value;
}

/* Read values with tags and lengths of so many bytes: how many there are, 0 where one does not fit. */
static uint64_t plain(const uint8_t *data, uint64_t size, unsigned tag, unsigned length, int little,
                      uint64_t most) {
    uint64_t at = 0, count = 0;
    const unsigned head = tag + length;
    while (at + head <= size && count < most) {
        const uint64_t start = at + head, bytes = number(data + at + tag, length, little);
        if (bytes > size - start)
            return 0;
        at = start + bytes;
        count++;
    }
    return at != size && count < most ? 0 : count;
}

/* Read the outermost values of LwM2M: whether they fit (OMA LwM2M 1.0 section 6.4.3). */
static int lwm2m(const uint8_t *data, uint64_t size, uint64_t most) {
    uint64_t at = 0;
    for (uint64_t count = 0; at < size && count < most; count++) {
        const unsigned kind = data[at], wide = kind & 0x20 ? 2 : 1, width = kind >> 3 & 3;
        const uint64_t start = at + 1 + wide + width;
        if (start > size)
            return 0;
        const uint64_t bytes = width ? number(data + start - width, width, 0) : kind & 7;
        if (bytes > size - start)
            return 0;
        at = start + bytes;
    }
    return 1;
}

/* Say whether values may fill the data in any form, `most` of them at the most; yes may be too much said. */
API uint32_t vitne_values(const uint8_t *data, uint64_t size, uint64_t most) {
    static const uint8_t widths[5][2] = {{1, 1}, {1, 2}, {2, 2}, {2, 1}, {4, 4}};
    for (unsigned form = 0; form < 5; form++)
        for (int little = 0; little < 2; little++)
            if (plain(data, size, widths[form][0], widths[form][1], little, most) >= 2)
                return 1;
    return lwm2m(data, size, most) ? 1 : 0;
}
