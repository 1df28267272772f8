/* The model of lifecycle.yaml written by hand, as fast as plain C goes: what Onward's engines are held against.
   Numbers are those of benchmarks/logs.py: events as in TYPES, phases as in PHASES. */

#include <stddef.h>
#include <stdint.h>

enum { CONTACT, TALKS, AGREEMENT, OPERATION, INSTITUTION, DISPUTE, DISSOLVED };
enum { START, COURTSHIP, NEGOTIATION, STARTUP, MAINTENANCE, ENDING };

struct life {
    int32_t agreements, operations, institutions, disputes;
    int32_t phase;
};

static inline void step(struct life *life, uint8_t event)
{
    if (life->phase == ENDING)
        return;
    switch (event) {
    case AGREEMENT:
        life->agreements++;
        break;
    case OPERATION:
        life->operations++;
        break;
    case INSTITUTION:
        life->institutions++;
        break;
    case DISPUTE:
        life->disputes++;
        break;
    case DISSOLVED:
        life->phase = ENDING;
        return;
    }
    switch (life->phase) {
    case START:
    case COURTSHIP:
        life->phase = event == TALKS ? NEGOTIATION : COURTSHIP;
        break;
    case NEGOTIATION:
        if ((event == CONTACT || event == AGREEMENT) && life->agreements >= 1)
            life->phase = STARTUP;
        break;
    case STARTUP:
        if ((event == OPERATION || event == INSTITUTION) && life->operations >= 2 && life->institutions >= 1)
            life->phase = MAINTENANCE;
        break;
    }
}

/* Branches, and writes the phase after every event. */
void branch(size_t rows, const uint32_t *cases, const uint8_t *events, struct life *lives, uint8_t *after)
{
    for (size_t row = 0; row < rows; row++) {
        struct life *life = &lives[cases[row]];
        step(life, events[row]);
        after[row] = (uint8_t)life->phase;
    }
}

/* Branches, and keeps nothing but where every case ends. */
void branch_to_end(size_t rows, const uint32_t *cases, const uint8_t *events, struct life *lives)
{
    for (size_t row = 0; row < rows; row++)
        step(&lives[cases[row]], events[row]);
}

/* Looks up the product automaton (8 places an event in each row of the table), and writes the state after every event. */
void look_up(size_t rows, const uint32_t *cases, const uint8_t *events, const int32_t *next, int32_t *states,
             uint8_t *after)
{
    for (size_t row = 0; row < rows; row++) {
        int32_t *state = &states[cases[row]];
        *state = next[*state * 8 + events[row]];
        after[row] = (uint8_t)*state;
    }
}
