/* Deciding: what the Python once decided for a picture of bands, and what follows from it. */

#include "gate.h"

#define FEWEST_DECISIONS 256 /* powers of two */
#define MOST_DECISIONS 65536

static PyObject *listening_name, *perform_name, *read_name;

int
prepare_deciding(void)
{
    listening_name = PyUnicode_InternFromString("listening");
    perform_name = PyUnicode_InternFromString("perform");
    read_name = PyUnicode_InternFromString("read");
    return listening_name == NULL || perform_name == NULL || read_name == NULL ? -1 : 0;
}

/* ---- decisions that are remembered */

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

/* The phase and all bands as one number, above 0, and when time alone may next change it. The constructor made sure that it fits. */
static unsigned long long
picture_of(Gate *gate, PyObject *state, long phase, double now, double *wake)
{
    Memory *memory = gate->memory;
    unsigned long long picture = (unsigned long long)phase + 1;
    for (Py_ssize_t i = 0; i < gate->count; i++) {
        const Signal *signal = &gate->signals[i];
        PyObject *value = SLOT(state, signal->value);
        double number;
        if (!signal->asked) {
            continue;
        }
        switch (signal->kind) {
        case FLAG:
            picture = picture * 3 + (value == Py_True ? 2 : value == Py_False);
            break;
        case CHOICE:
            picture = picture * (PyTuple_GET_SIZE(signal->choices) + 1) + choice_of(signal, value);
            break;
        case NUMBER:
        case WHOLE:
            picture *= signal->count + 2;
            if (number_of(value, NUMBER, &number) && number == number) {
                picture += 1 + band_of(number, signal->cuts, signal->count);
            }
            break;
        default:
            break; /* dates are among what time runs away from */
        }
    }
    for (Py_ssize_t i = 0; i < memory->since_count; i++) {
        const Since *since = &memory->since[i];
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
    return picture;
}

/* What the Python decides for a state in a phase. -1 with an error. */
static int
asked(Memory *memory, PyObject *state, long phase, Decision *decision)
{
    PyObject *rule = PyObject_CallOneArg(PyTuple_GET_ITEM(memory->step, phase), state);
    if (rule == NULL) {
        return -1;
    }
    decision->rule = (int)PyLong_AsLong(rule);
    Py_DECREF(rule);
    PyObject *truths = PyObject_CallOneArg(memory->truths, state);
    if (truths == NULL) {
        return -1;
    }
    decision->truths = PyLong_AsUnsignedLongLong(truths);
    Py_DECREF(truths);
    return PyErr_Occurred() ? -1 : 0;
}

/* The decision for a state, remembered or asked for. -1 with an error. */
static int
decision_for(Gate *gate, PyObject *state, double now, double *wake, Decision *decision)
{
    Memory *memory = gate->memory;
    long phase = PyLong_AsLong(SLOT(state, gate->phase));
    unsigned long long picture = picture_of(gate, state, phase, now, wake);
    if (memory->size) {
        *decision = memory->decisions[place_in(memory, picture)];
        if (decision->picture) {
            return 0;
        }
    }
    if (asked(memory, state, phase, decision) < 0 || (memory->used * 2 >= memory->size && grown(memory) < 0)) {
        return -1;
    }
    decision->picture = picture;
    memory->decisions[place_in(memory, picture)] = *decision;
    memory->used++;
    return 0;
}

/* ---- what follows from a decision */

static int
note(Memory *memory, PyObject *state, PyObject *entry)
{
    int failed = entry == NULL || PyList_Append(SLOT(state, memory->journal), entry) < 0;
    Py_XDECREF(entry);
    return failed ? -1 : 0;
}

/* Clocks start and stop, milestones are reached. */
static int
write_truths(Gate *gate, PyObject *state, PyObject *now, unsigned long long truths, double *wake)
{
    Memory *memory = gate->memory;
    for (Py_ssize_t i = 0; i < memory->clock_count; i++, truths >>= 1) {
        PyObject *started = SLOT(state, memory->clocks[i]);
        int runs = !PyFloat_CheckExact(started) || PyFloat_AS_DOUBLE(started) == PyFloat_AS_DOUBLE(started);
        if ((truths & 1) != (unsigned)runs) {
            SLOT(state, memory->clocks[i]) = Py_NewRef(runs ? gate->nan : now);
            Py_DECREF(started); /* a number */
            *wake = -Py_HUGE_VAL; /* it is looked at again when somebody next reports */
        }
    }
    if (!truths) {
        return 0;
    }
    unsigned long long reached = PyLong_AsUnsignedLongLong(SLOT(state, memory->reached));
    unsigned long long fresh = truths & ~reached;
    if (!fresh) {
        return 0;
    }
    PyObject *all = PyLong_FromUnsignedLongLong(reached | fresh);
    if (all == NULL) {
        return -1;
    }
    Py_SETREF(SLOT(state, memory->reached), all);
    for (int i = 0; fresh >> i; i++) {
        if (fresh >> i & 1 && note(memory, state, Py_BuildValue("(iiO)", -2, i, now)) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
look_at_touchpoints(Gate *gate, PyObject *state)
{
    Memory *memory = gate->memory;
    if (!memory->shown) {
        return 0;
    }
    long phase = PyLong_AsLong(SLOT(state, gate->phase));
    unsigned long long full = PyLong_AsUnsignedLongLong(PyTuple_GET_ITEM(memory->full, phase));
    PyObject *open = Py_False;
    if ((PyLong_AsUnsignedLongLong(SLOT(state, memory->seen)) & full) != full) {
        open = PyObject_CallOneArg(PyTuple_GET_ITEM(gate->seen, phase), state);
        if (open == NULL) {
            return -1;
        }
        Py_SETREF(SLOT(state, gate->open), open);
        return 0;
    }
    Py_SETREF(SLOT(state, gate->open), Py_NewRef(open));
    return 0;
}

/* The end of an observation: all that a decision says besides its rule. */
static int
write_down(Gate *gate, PyObject *state, PyObject *now, const Decision *decision, double wake)
{
    if (write_truths(gate, state, now, decision->truths, &wake) < 0) {
        return -1;
    }
    PyObject *woken = PyFloat_FromDouble(wake);
    if (woken == NULL) {
        return -1;
    }
    Py_SETREF(SLOT(state, gate->wake), woken);
    return look_at_touchpoints(gate, state);
}

/* Whether the passing of time alone, dates as they were, has moved nothing into another band. */
static int
time_changed_nothing(Gate *gate, PyObject *state, double then, double now, PyObject **was)
{
    Memory *memory = gate->memory;
    for (Py_ssize_t i = 0; i < memory->since_count; i++) {
        const Since *since = &memory->since[i];
        PyObject *value = SLOT(state, since->slot);
        double base;
        for (Py_ssize_t n = 0; n < gate->count; n++) {
            if (gate->signals[n].value == since->slot && was[n] != NULL) {
                value = was[n];
            }
        }
        if (!since->counts && number_of(value, NUMBER, &base) && base == base &&
            band_of(then - base, since->cuts, since->count) != band_of(now - base, since->cuts, since->count)) {
            return 0;
        }
    }
    return 1;
}

/* One move as the journal holds it: (rule, source, target, round, at, values, due since). */
static PyObject *
step_of(Memory *memory, PyObject *state, int number, PyObject *source, long target, int round, PyObject *now)
{
    const Rule *rule = &memory->rules[number];
    PyObject *values = PyTuple_New(rule->count);
    PyObject *step = PyTuple_New(7);
    if (values == NULL || step == NULL) {
        Py_XDECREF(values);
        Py_XDECREF(step);
        return NULL;
    }
    for (Py_ssize_t i = 0; i < rule->count; i++) {
        PyTuple_SET_ITEM(values, i, Py_NewRef(SLOT(state, rule->reads[i])));
    }
    PyTuple_SET_ITEM(step, 0, PyLong_FromLong(number));
    PyTuple_SET_ITEM(step, 1, Py_NewRef(source));
    PyTuple_SET_ITEM(step, 2, PyLong_FromLong(target));
    PyTuple_SET_ITEM(step, 3, PyLong_FromLong(round));
    PyTuple_SET_ITEM(step, 4, Py_NewRef(now));
    PyTuple_SET_ITEM(step, 5, values);
    PyTuple_SET_ITEM(step, 6, Py_NewRef(Py_None));
    return step;
}

/* What a group remembers once its phase `source` is left for `target`; a new reference. */
static PyObject *
resume_after(Memory *memory, PyObject *resume, PyObject *source, long target)
{
    PyObject *left = PyTuple_GET_ITEM(memory->groups, PyLong_AsLong(source));
    PyObject *entered = PyTuple_GET_ITEM(memory->groups, target);
    if (left == Py_None || left == entered) {
        return Py_NewRef(resume);
    }
    PyObject *copy = PyDict_New();
    if (copy != NULL && (PyDict_Update(copy, resume) < 0 || PyDict_SetItem(copy, left, source) < 0)) {
        Py_CLEAR(copy);
    }
    return copy;
}

/* Leaves a phase and enters the target of a rule. */
static int
enter(Gate *gate, PyObject *state, const Rule *rule, PyObject *now)
{
    Memory *memory = gate->memory;
    PyObject *resume = resume_after(memory, SLOT(state, memory->resume), SLOT(state, gate->phase), rule->target);
    PyObject *target = PyLong_FromLong(rule->target), *none = PyLong_FromLong(0);
    if (resume == NULL || target == NULL || none == NULL) {
        Py_XDECREF(resume);
        Py_XDECREF(target);
        Py_XDECREF(none);
        return -1;
    }
    Py_SETREF(SLOT(state, gate->phase), target);
    Py_SETREF(SLOT(state, memory->entered), Py_NewRef(now));
    Py_SETREF(SLOT(state, memory->seen), none);
    Py_SETREF(SLOT(state, memory->resume), resume);
    return 0;
}

/* Takes a rule and what follows, while it is the usual: a few rounds into known phases. The plan, a new reference, and the decision in
   the last phase; or NULL, with an error or without, and nothing has been done. */
static PyObject *
planned(Gate *gate, PyObject *state, int number, PyObject *now, double *wake, Decision *decision)
{
    Memory *memory = gate->memory;
    PyObject *plan = PyList_New(0);
    Py_ssize_t kept_slots[] = {gate->phase, memory->entered, memory->seen, memory->resume};
    PyObject *kept[4];
    for (int i = 0; i < 4; i++) {
        kept[i] = Py_NewRef(SLOT(state, kept_slots[i]));
    }
    for (int round = 1; plan != NULL; round++) {
        const Rule *rule = &memory->rules[number];
        if (!rule->plain || round > MOST_ROUNDS) {
            Py_CLEAR(plan);
            break;
        }
        PyObject *step = step_of(memory, state, number, SLOT(state, gate->phase), rule->target, round, now);
        *wake = Py_HUGE_VAL;
        if (step == NULL || PyList_Append(plan, step) < 0 || enter(gate, state, rule, now) < 0 ||
            decision_for(gate, state, PyFloat_AS_DOUBLE(now), wake, decision) < 0) {
            Py_CLEAR(plan);
        }
        Py_XDECREF(step);
        if (plan == NULL || decision->rule < 0) {
            break;
        }
        number = decision->rule;
    }
    for (int i = 0; i < 4; i++) {
        if (plan == NULL) {
            Py_SETREF(SLOT(state, kept_slots[i]), kept[i]);
        }
        else {
            Py_DECREF(kept[i]);
        }
    }
    return plan;
}

/* The result of an observation that moved; whoever listens has been told. */
static PyObject *
told(Memory *memory, PyObject *state, PyObject *plan)
{
    PyObject *life = SLOT(state, memory->life), *result = NULL;
    PyObject *listening = PyObject_GetAttr(life, listening_name);
    if (listening == NULL) {
        return NULL;
    }
    if (listening != Py_False) {
        result = PyObject_CallMethodOneArg(life, perform_name, plan);
        Py_XDECREF(result);
    }
    Py_DECREF(listening);
    if (PyErr_Occurred()) {
        return NULL;
    }
    PyObject *read = PyObject_GetAttr(life, read_name);
    if (read == NULL) {
        return NULL;
    }
    PyObject *arguments[] = {plan, read};
    result = PyObject_Vectorcall(memory->moves, arguments, 2, NULL);
    Py_DECREF(read);
    return result;
}

/* Takes a rule in the first round and writes all that follows. NULL without an error: somebody else has to, and nothing has been done. */
static PyObject *
taken(Gate *gate, PyObject *state, PyObject *now, int number)
{
    Memory *memory = gate->memory;
    Decision decision;
    double wake;
    PyObject *plan = planned(gate, state, number, now, &wake, &decision), *result = NULL;
    if (plan == NULL) {
        return NULL;
    }
    PyObject *journal = SLOT(state, memory->journal);
    Py_ssize_t end = PyList_GET_SIZE(journal);
    if (PyList_SetSlice(journal, end, end, plan) == 0 && write_down(gate, state, now, &decision, wake) == 0) {
        result = told(memory, state, plan);
    }
    Py_DECREF(plan);
    return result;
}

/* Decides from memory and writes what follows. NULL without an error: somebody else has to, and nothing has been done. */
PyObject *
remembered(Gate *gate, PyObject *state, PyObject *now, double then, PyObject **was)
{
    Memory *memory = gate->memory;
    Decision decision;
    double wake = Py_HUGE_VAL, at = PyFloat_AS_DOUBLE(now);
    if (!PyList_CheckExact(SLOT(state, memory->journal)) || decision_for(gate, state, at, &wake, &decision) < 0) {
        return NULL;
    }
    if (decision.rule < 0) {
        return write_down(gate, state, now, &decision, wake) < 0 ? NULL : Py_NewRef(gate->nothing);
    }
    const Rule *rule = &memory->rules[decision.rule];
    if (rule->timed && at != then && !(rule->one_way && time_changed_nothing(gate, state, then, at, was))) {
        return NULL; /* it may have been due for a while */
    }
    return taken(gate, state, now, decision.rule);
}

/* An event is offered: if a rule takes it, so that all is the usual. NULL without an error: somebody else has to, and nothing has been
   done. */
PyObject *
offered(Gate *gate, PyObject *state, PyObject *now, PyObject *event)
{
    Memory *memory = gate->memory;
    Happening *happening = memory->events;
    while (happening->name != event) { /* both are the definition's own */
        if (happening->name == NULL) {
            return NULL;
        }
        happening++;
    }
    if (!PyList_CheckExact(SLOT(state, memory->journal))) {
        return NULL;
    }
    PyObject *result = NULL, *rule = NULL;
    PyObject *last = SLOT(state, happening->last), *times = SLOT(state, happening->times);
    PyObject *more = PyLong_FromLong(PyLong_AsLong(times) + 1), *names = PyTuple_Pack(1, event);
    if (more == NULL || names == NULL) {
        Py_XDECREF(more);
        Py_XDECREF(names);
        return NULL;
    }
    SLOT(state, happening->last) = Py_NewRef(now);
    SLOT(state, happening->times) = more;
    PyObject *arguments[] = {state, names};
    rule = PyObject_Vectorcall(PyTuple_GET_ITEM(memory->offer, PyLong_AsLong(SLOT(state, gate->phase))), arguments, 2, NULL);
    if (rule != NULL && PyLong_AsLong(rule) >= 0) {
        result = taken(gate, state, now, (int)PyLong_AsLong(rule));
    }
    Py_XDECREF(rule);
    Py_DECREF(names);
    if (result == NULL && !PyErr_Occurred()) {
        Py_SETREF(SLOT(state, happening->last), last);
        Py_SETREF(SLOT(state, happening->times), times);
    }
    else {
        Py_DECREF(last);
        Py_DECREF(times);
    }
    return result;
}

