// One function, compiled for each of these instruction sets; the loader picks the best that the processor has.
#ifndef NOMINAL_CLONES_H
#define NOMINAL_CLONES_H
#if defined(__x86_64__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif
#endif
