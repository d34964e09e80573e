/* Deciding: what the Python once decided for a picture of bands, and since when a rule was due. */

#include "gate.h"

#define FEWEST_DECISIONS 256 /* powers of two */
#define MOST_DECISIONS 65536

static size_t
place_in(const Memory *memory, unsigned long long picture)
{
    size_t slot = (picture * 0x9E3779B97F4A7C15ULL >> 40) & (memory->size - 1); /* Fibonacci hashing */
    while (memory->decisions[slot].picture && memory->decisions[slot].picture != picture) {
        slot = (slot + 1) & (memory->size - 1);
    }
    return slot;
}

/* Makes room for more, by forgetting everything where it would become too much. */
static int
grown(Memory *memory)
{
    Memory old = *memory;
    size_t size = old.size == 0 || old.size * 2 > MOST_DECISIONS ? FEWEST_DECISIONS : old.size * 2;
    memory->decisions = PyMem_Calloc(size, sizeof(Decision));
    if (memory->decisions == NULL) {
        *memory = old;
        PyErr_NoMemory();
        return -1;
    }
    memory->size = size;
    memory->used = size > old.size ? old.used : 0;
    for (size_t i = 0; size > old.size && i < old.size; i++) {
        if (old.decisions[i].picture) {
            memory->decisions[place_in(memory, old.decisions[i].picture)] = old.decisions[i];
        }
    }
    PyMem_Free(old.decisions);
    return 0;
}

/* In which of its bands a value lies, from 0, or that it is missing, and how many possibilities there are. */
static inline Py_ssize_t
band_in(const Signal *signal, PyObject *value, Py_ssize_t *many)
{
    double number;
    switch (signal->kind) {
    case FLAG:
        *many = 3;
        return value == Py_True ? 2 : value == Py_False;
    case CHOICE:
        *many = PyTuple_GET_SIZE(signal->choices) + 1;
        return choice_of(signal, value);
    default:
        *many = signal->count + 2;
        return number_of(value, NUMBER, &number) && number == number ? 1 + band_of(number, signal->cuts, signal->count) : 0;
    }
}

/* The phase and all bands that matter in it as one number, above 0, and when time alone may next change it. `gate.py` made sure that it
   fits. */
static unsigned long long
picture_of(Gate *gate, PyObject *state, long phase, double now, double *wake)
{
    Memory *memory = gate->memory;
    const Look *look = &memory->looks[phase];
    const int *number = look->numbers, *end = number + look->signal_count;
    unsigned long long picture = 0;
    for (; number < end; number++) {
        const Signal *signal = &gate->signals[*number];
        Py_ssize_t many, band = band_in(signal, SLOT(state, signal->value), &many);
        picture = picture * many + band;
    }
    for (end += look->since_count; number < end; number++) {
        const Since *since = &memory->since[*number];
        double base;
        picture *= since->count + 2;
        if (number_of(SLOT(state, since->slot), NUMBER, &base) && base == base) {
            Py_ssize_t band = band_of(since->counts ? base : now - base, since->cuts, since->count);
            picture += 1 + band;
            if (!since->counts && band < since->count && base + since->cuts[band] < *wake) {
                *wake = base + since->cuts[band];
            }
        }
    }
    return picture * memory->look_count + phase + 1;
}

/* A number that the Python works out from a state, as bits. Sets an error if it cannot. */
static unsigned long long
bits_of(PyObject *function, PyObject *state)
{
    PyObject *found = PyObject_CallOneArg(function, state);
    if (found == NULL) {
        return 0;
    }
    unsigned long long bits = PyLong_AsUnsignedLongLong(found);
    Py_DECREF(found);
    return bits;
}

/* What the Python decides for a state in a phase. -1 with an error. */
static int
asked(Memory *memory, PyObject *state, long phase, Decision *decision)
{
    PyObject *rule = PyObject_CallOneArg(PyTuple_GET_ITEM(memory->step, phase), state);
    if (rule == NULL) {
        return -1;
    }
    *decision = (Decision){.rule = (int)PyLong_AsLong(rule)};
    Py_DECREF(rule);
    decision->truths = bits_of(memory->truths, state);
    if (!PyErr_Occurred()) {
        decision->shown = bits_of(PyTuple_GET_ITEM(memory->shows, phase), state);
    }
    return PyErr_Occurred() ? -1 : 0;
}

/* The decision for a state, remembered or asked for; good until the next one is looked for. NULL with an error. */
Decision *
decision_for(Gate *gate, PyObject *state, double now, double *wake)
{
    Memory *memory = gate->memory;
    long phase = PyLong_AsLong(SLOT(state, gate->phase));
    unsigned long long picture = picture_of(gate, state, phase, now, wake);
    if (memory->size) {
        Decision *known = &memory->decisions[place_in(memory, picture)];
        if (known->picture) {
            return known;
        }
    }
    Decision decision;
    if (asked(memory, state, phase, &decision) < 0 || (memory->used * 2 >= memory->size && grown(memory) < 0)) {
        return NULL;
    }
    decision.picture = picture;
    memory->used++;
    Decision *place = &memory->decisions[place_in(memory, picture)];
    *place = decision;
    return place;
}

/* Whether a rule, asked alone, is true in a state at an instant. -1 with an error. */
static int
holds_at(Gate *gate, PyObject *state, int number, double at)
{
    double wake;
    unsigned long long bit = 1ULL << number;
    PyObject *now = SLOT(state, gate->at), *then = PyFloat_FromDouble(at);
    if (then == NULL) {
        return -1;
    }
    SLOT(state, gate->at) = then;
    Decision *decision = decision_for(gate, state, at, &wake);
    int truth = -1;
    if (decision != NULL && !(decision->asked & bit)) {
        PyObject *found = PyObject_CallOneArg(PyTuple_GET_ITEM(gate->memory->holds, number), state);
        truth = found == NULL ? -1 : PyObject_IsTrue(found);
        Py_XDECREF(found);
        if (truth >= 0) {
            decision->asked |= bit;
            decision->held |= truth ? bit : 0;
        }
    }
    else if (decision != NULL) {
        truth = (decision->held & bit) != 0;
    }
    SLOT(state, gate->at) = now;
    Py_DECREF(then); /* a number */
    return truth;
}

/* ---- since when */

/* The values that were given change places with what they were before. */
static void
exchange(Gate *gate, PyObject *state, PyObject **was)
{
    for (Py_ssize_t i = 0; i < gate->count; i++) {
        if (was[i] != NULL) {
            PyObject *is = SLOT(state, gate->signals[i].value);
            SLOT(state, gate->signals[i].value) = was[i];
            was[i] = is;
        }
    }
}

/* Whether the passing of time alone has moved nothing that the phase looks at into another band. */
static int
time_changed_nothing(Gate *gate, PyObject *state, double then, double now)
{
    Memory *memory = gate->memory;
    const Look *look = &memory->looks[PyLong_AsLong(SLOT(state, gate->phase))];
    double base;
    for (Py_ssize_t i = 0; i < look->since_count; i++) {
        const Since *since = &memory->since[look->numbers[look->signal_count + i]];
        if (!since->counts && number_of(SLOT(state, since->slot), NUMBER, &base) && base == base &&
            band_of(then - base, since->cuts, since->count) != band_of(now - base, since->cuts, since->count)) {
            return 0;
        }
    }
    return 1;
}

/* The next instant after `after` at which time moves something into another band. */
static double
next_instant(Memory *memory, PyObject *state, double after)
{
    double next = Py_HUGE_VAL, base;
    for (Py_ssize_t i = 0; i < memory->since_count; i++) {
        const Since *since = &memory->since[i];
        if (since->counts || !number_of(SLOT(state, since->slot), NUMBER, &base)) {
            continue;
        }
        for (Py_ssize_t n = 0; n < since->count; n++) {
            double at = base + since->cuts[n]; /* NaN if it is missing */
            if (after < at && at < next) {
                next = at;
            }
        }
    }
    return next;
}

/* The earliest instant before `now` at which the last settled picture alone made a rule true; `now` if there is none. NaN with an error. */
double
due_since(Gate *gate, PyObject *state, int number, double then, double now, PyObject **was)
{
    int truth = 0;
    double at = then;
    exchange(gate, state, was);
    if (gate->memory->rules[number].one_way && time_changed_nothing(gate, state, then, now)) {
        at = now; /* it was not true when all was settled, so it has not become true */
    }
    while (at < now && (truth = holds_at(gate, state, number, at)) == 0) {
        at = next_instant(gate->memory, state, at);
    }
    exchange(gate, state, was);
    return truth < 0 ? Py_NAN : truth ? at : now;
}
