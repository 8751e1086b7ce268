#include "kernel.h"

/* Counts the changes of this library's calls; the loader refuses another number. */
API int vitne_kernel_abi(void) { return 1; }
