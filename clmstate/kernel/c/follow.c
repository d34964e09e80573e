/* Following: what is done and written once it is decided. */

#include "gate.h"

#define MOST_ASKED 64 /* rules that are asked alone: bits of a decision */

PyObject *until_woken;
static PyObject *listening_name, *perform_name, *untaken_name, *nobody;

int
prepare_following(void)
{
    listening_name = PyUnicode_InternFromString("listening");
    perform_name = PyUnicode_InternFromString("perform");
    untaken_name = PyUnicode_InternFromString("untaken");
    until_woken = PyUnicode_InternFromString("until woken");
    nobody = PyLong_FromLong(-1);
    return listening_name == NULL || perform_name == NULL || untaken_name == NULL || until_woken == NULL || nobody == NULL ? -1 : 0;
}

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

/* Touchpoints of the phase that data show to be done are noted, each once in a stay. */
static int
write_shown(Gate *gate, PyObject *state, PyObject *now, unsigned long long shown)
{
    Memory *memory = gate->memory;
    if (!memory->shown) {
        return 0;
    }
    long phase = PyLong_AsLong(SLOT(state, gate->phase));
    unsigned long long full = PyLong_AsUnsignedLongLong(PyTuple_GET_ITEM(memory->full, phase));
    unsigned long long seen = PyLong_AsUnsignedLongLong(SLOT(state, memory->seen)), fresh = shown & ~seen;
    if (fresh) {
        PyObject *all = PyLong_FromUnsignedLongLong(seen | fresh);
        if (all == NULL) {
            return -1;
        }
        Py_SETREF(SLOT(state, memory->seen), all);
        for (int i = 0; fresh >> i; i++) {
            if (fresh >> i & 1 && note(memory, state, Py_BuildValue("(iliOsss)", -3, phase, i, now, "done", "", "")) < 0) {
                return -1;
            }
        }
    }
    PyObject *open = ((seen | fresh) & full) != full ? until_woken : Py_False;
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
    return write_shown(gate, state, now, decision->shown);
}

/* One move as the journal holds it: (rule, source, target, round, at, values, due since). */
static PyObject *
step_of(Memory *memory, PyObject *state, int number, PyObject *source, long target, int round, PyObject *now, PyObject *due)
{
    const Rule *rule = &memory->rules[number];
    PyObject *values = PyTuple_New(rule->count);
    PyObject *step = PyTuple_New(7);
    if (values == NULL || step == NULL) {
        Py_XDECREF(values);
        Py_XDECREF(step);
        return NULL;
    }
    int plain = 1;
    for (Py_ssize_t i = 0; i < rule->count; i++) {
        PyObject *value = SLOT(state, rule->reads[i]);
        plain &= !PyObject_IS_GC(value);
        PyTuple_SET_ITEM(values, i, Py_NewRef(value));
    }
    PyTuple_SET_ITEM(step, 0, PyLong_FromLong(number));
    PyTuple_SET_ITEM(step, 1, Py_NewRef(source));
    PyTuple_SET_ITEM(step, 2, PyLong_FromLong(target));
    PyTuple_SET_ITEM(step, 3, PyLong_FromLong(round));
    PyTuple_SET_ITEM(step, 4, Py_NewRef(now));
    PyTuple_SET_ITEM(step, 5, values);
    PyTuple_SET_ITEM(step, 6, Py_NewRef(due));
    if (plain) {
        PyObject_GC_UnTrack(values); /* as the collector does when it first sees them: they can be in no circle */
        PyObject_GC_UnTrack(step);
    }
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
planned(Gate *gate, PyObject *state, int number, PyObject *now, PyObject *due, double *wake, Decision *decision)
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
        PyObject *step = step_of(memory, state, number, SLOT(state, gate->phase), rule->target, round, now, round == 1 ? due : Py_None);
        Decision *next = NULL;
        *wake = Py_HUGE_VAL;
        if (step != NULL && PyList_Append(plan, step) == 0 && enter(gate, state, rule, now) == 0) {
            next = decision_for(gate, state, PyFloat_AS_DOUBLE(now), wake);
        }
        Py_XDECREF(step);
        if (next == NULL) {
            Py_CLEAR(plan);
            break;
        }
        *decision = *next;
        if (decision->rule < 0) {
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

/* The result of an observation: its moves, and what says which event nobody took. */
static PyObject *
moves_of(Memory *memory, PyObject *plan, PyObject *life, PyObject *untaken)
{
    PyObject *moves = memory->moves->tp_alloc(memory->moves, 0);
    if (moves != NULL) {
        SLOT(moves, memory->raw) = Py_NewRef(plan);
        SLOT(moves, memory->reader) = Py_NewRef(life);
        SLOT(moves, memory->untaken) = untaken == NULL ? PyTuple_New(0) : Py_NewRef(untaken);
    }
    return moves;
}

/* The result of an observation that moved; whoever listens has been told. */
static PyObject *
told(Memory *memory, PyObject *state, PyObject *plan, PyObject *untaken)
{
    PyObject *life = Py_NewRef(SLOT(state, memory->life)), *result = NULL;
    PyObject *listening = PyObject_GetAttr(life, listening_name);
    if (listening != NULL && listening != Py_False && PyList_GET_SIZE(plan)) {
        result = PyObject_CallMethodOneArg(life, perform_name, plan);
        Py_CLEAR(result);
    }
    if (!PyErr_Occurred()) {
        result = moves_of(memory, plan, life, untaken);
    }
    Py_XDECREF(listening);
    Py_DECREF(life);
    return result;
}

/* Takes a rule in the first round and writes all that follows. NULL without an error: somebody else has to, and nothing has been done. */
static PyObject *
taken(Gate *gate, PyObject *state, PyObject *now, int number, PyObject *due, PyObject *untaken)
{
    Memory *memory = gate->memory;
    Decision decision;
    double wake;
    PyObject *plan = planned(gate, state, number, now, due, &wake, &decision), *result = NULL;
    if (plan == NULL) {
        return NULL;
    }
    PyObject *journal = SLOT(state, memory->journal);
    Py_ssize_t end = PyList_GET_SIZE(journal);
    if (PyList_SetSlice(journal, end, end, plan) == 0 && write_down(gate, state, now, &decision, wake) == 0) {
        result = told(memory, state, plan, untaken);
    }
    Py_DECREF(plan);
    return result;
}

/* The same for a rule that may have been due before this observation. */
static PyObject *
taken_late(Gate *gate, PyObject *state, PyObject *now, double then, PyObject **was, int number)
{
    if (number >= MOST_ASKED) {
        return NULL;
    }
    double at = PyFloat_AS_DOUBLE(now), since = due_since(gate, state, number, then, at, was);
    PyObject *due = since != since ? NULL : since < at ? PyLong_FromDouble(since) : Py_NewRef(Py_None);
    PyObject *result = due == NULL ? NULL : taken(gate, state, now, number, due, NULL);
    Py_XDECREF(due);
    return result;
}

/* Decides from memory and writes what follows. NULL without an error: somebody else has to, and nothing has been done. */
PyObject *
remembered(Gate *gate, PyObject *state, PyObject *now, double then, PyObject **was)
{
    Memory *memory = gate->memory;
    double wake = Py_HUGE_VAL, at = PyFloat_AS_DOUBLE(now);
    Decision *decision = PyList_CheckExact(SLOT(state, memory->journal)) ? decision_for(gate, state, at, &wake) : NULL;
    if (decision == NULL) {
        return NULL;
    }
    if (decision->rule < 0) {
        return write_down(gate, state, now, decision, wake) < 0 ? NULL : Py_NewRef(gate->nothing);
    }
    const Rule *rule = &memory->rules[decision->rule];
    if (rule->timed && at != then) {
        return taken_late(gate, state, now, then, was, decision->rule);
    }
    return taken(gate, state, now, decision->rule, Py_None, NULL);
}

/* No rule takes an event that was offered: what is silently true is done, and the result says that nobody took it. */
static PyObject *
untaken(Gate *gate, PyObject *state, PyObject *now, PyObject *names)
{
    Memory *memory = gate->memory;
    double wake = Py_HUGE_VAL;
    Decision *decision = decision_for(gate, state, PyFloat_AS_DOUBLE(now), &wake);
    if (decision == NULL || (decision->rule >= 0 && memory->rules[decision->rule].timed)) {
        return NULL; /* the latter may have been due for a while */
    }
    Decision kept = *decision;
    PyObject *life = SLOT(state, memory->life), *phase = SLOT(state, gate->phase), *result = NULL;
    PyObject *why = PyObject_CallMethodObjArgs(life, untaken_name, names, nobody, phase, NULL);
    PyObject *plan = PyList_New(0);
    if (why != NULL && plan != NULL) {
        if (kept.rule >= 0) {
            result = taken(gate, state, now, kept.rule, Py_None, why);
        }
        else if (write_down(gate, state, now, &kept, wake) == 0) {
            result = told(memory, state, plan, why);
        }
    }
    Py_XDECREF(why);
    Py_XDECREF(plan);
    return result;
}

/* An event is offered. NULL without an error: somebody else has to see to it, and nothing has been done. */
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
    if (rule != NULL) {
        long number = PyLong_AsLong(rule);
        result = number < 0 ? untaken(gate, state, now, names) : taken(gate, state, now, (int)number, Py_None, NULL);
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
