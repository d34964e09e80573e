/* Observing: one call. */

#include "gate.h"

static PyObject *at_name, *busy_name, *due_name, *wake_name, *touched_name;

int
prepare_observing(void)
{
    at_name = PyUnicode_InternFromString("at");
    busy_name = PyUnicode_InternFromString("busy");
    due_name = PyUnicode_InternFromString("due");
    wake_name = PyUnicode_InternFromString("wake");
    touched_name = PyUnicode_InternFromString("touched");
    return at_name == NULL || busy_name == NULL || due_name == NULL || wake_name == NULL || touched_name == NULL ? -1 : 0;
}

typedef struct {
    const Signal *signal;
    PyObject *value; /* what will be stored: borrowed from the caller, or our own */
    int own;
    double date;     /* of a date, microseconds */
} Given;

/* The number of the signal of a keyword, -1 for the time, -2 if it is unknown or something went wrong. */
static int
place_of(Gate *gate, PyObject *name)
{
    size_t slot = ((size_t)name >> 4) % MOST_SLOTS;
    while (gate->names[slot] != NULL) {
        if (gate->names[slot] == name) {
            return gate->numbers[slot];
        }
        slot = (slot + 1) % MOST_SLOTS;
    }
    PyObject *number = PyDict_GetItemWithError(gate->places, name); /* a name that nobody interned */
    if (number == NULL) {
        PyErr_Clear();
        return -2;
    }
    return (int)PyLong_AsLong(number);
}


static int
is_busy(Gate *gate, PyObject *state)
{
    if (SLOT(state, gate->busy) != Py_False) {
        return 1;
    }
    if (!gate->part) {
        return 0;
    }
    PyObject *busy = PyObject_GetAttr(SLOT(state, gate->whole), busy_name);
    if (busy == NULL) {
        PyErr_Clear();
        return 1;
    }
    Py_DECREF(busy);
    return busy != Py_False;
}

/* An attribute that is a number; NaN, which lets nothing pass, if there is none. */
static double
number_in(PyObject *object, PyObject *name, PyObject **kept)
{
    double found = Py_NAN;
    PyObject *value = PyObject_GetAttr(object, name);
    if (value == NULL) {
        PyErr_Clear();
    }
    else if (!number_of(value, NUMBER, &found)) {
        found = Py_NAN;
    }
    if (kept != NULL) {
        *kept = value;
    }
    else {
        Py_XDECREF(value);
    }
    return found;
}

/* Nothing that anybody asks has changed: time goes on, and open touchpoints are looked at. */
static PyObject *
quiet(Gate *gate, PyObject *state)
{
    PyObject *shown = SLOT(state, gate->open);
    if (!gate->part && shown != Py_False && shown != until_woken) {
        long phase = PyLong_AsLong(SLOT(state, gate->phase));
        PyObject *open = PyObject_CallOneArg(PyTuple_GET_ITEM(gate->seen, phase), state);
        if (open == NULL) {
            return NULL;
        }
        Py_SETREF(SLOT(state, gate->open), open);
    }
    return Py_NewRef(gate->nothing);
}

/* Whether the whole customer may ignore what a part was told. */
static int
nobody_looks(Gate *gate, PyObject *state, PyObject *now, unsigned long long given)
{
    unsigned long long watched = PyLong_AsUnsignedLongLong(SLOT(state, gate->watched));
    double at = PyFloat_AS_DOUBLE(now);
    PyObject *whole = SLOT(state, gate->whole);
    if (watched == (unsigned long long)-1 && PyErr_Occurred()) {
        PyErr_Clear();
        return 0;
    }
    return !(watched & given) && number_in(whole, at_name, NULL) <= at && at < number_in(whole, wake_name, NULL);
}

/* The clock and all values as they were: (at, value, value, ...). */
static PyObject *
picture(Gate *gate, PyObject *state, PyObject *then, PyObject **was)
{
    PyObject *old = PyTuple_New(1 + gate->count);
    if (old != NULL) {
        PyTuple_SET_ITEM(old, 0, Py_NewRef(then));
        for (Py_ssize_t i = 0; i < gate->count; i++) {
            PyObject *value = was[i] != NULL ? was[i] : SLOT(state, gate->signals[i].value);
            PyTuple_SET_ITEM(old, 1 + i, Py_NewRef(value));
        }
    }
    return old;
}

static PyObject *
decided(Gate *gate, PyObject *state, PyObject *old, int same, unsigned long long given, PyObject *event)
{
    PyObject *result = NULL;
    if (event != NULL) {
        return PyObject_CallFunctionObjArgs(gate->settled, state, old, event, NULL);
    }
    if (gate->part) {
        PyObject *whole = Py_NewRef(SLOT(state, gate->whole));
        result = PyObject_CallMethodObjArgs(whole, touched_name, state, old, NULL);
        Py_DECREF(whole);
        return result;
    }
    PyObject *mask = PyLong_FromUnsignedLongLong(given);
    if (mask != NULL) {
        PyObject *arguments[] = {state, old, same ? Py_True : Py_False, mask};
        result = PyObject_Vectorcall(gate->settled, arguments, 4, NULL);
        Py_DECREF(mask);
    }
    return result;
}

/* The second half: stores what was found plain, and sees what it does. Takes over the references of `given` and `now`. */
static PyObject *
take_in(Gate *gate, PyObject *state, PyObject *now, Given *given, int many, int same, unsigned other_bands, double wake, PyObject *event)
{
    PyObject *was[MOST_SIGNALS] = {NULL};
    unsigned long long mask = 0;
    PyObject *then = SLOT(state, gate->at), *result = NULL, *woken = NULL;
    if (wake < PyFloat_AS_DOUBLE(SLOT(state, gate->wake))) {
        woken = PyFloat_FromDouble(wake);
        if (woken == NULL) {
            goto failed;
        }
        Py_SETREF(SLOT(state, gate->wake), woken);
    }
    SLOT(state, gate->at) = now;
    for (int i = 0; i < many; i++) {
        const Signal *signal = given[i].signal;
        Py_ssize_t number = signal - gate->signals;
        mask |= 1ULL << number;
        was[number] = SLOT(state, signal->value);
        SLOT(state, signal->value) = given[i].own ? given[i].value : Py_NewRef(given[i].value);
        if (other_bands & 1u << i && signal->band) {
            PyObject *band = SLOT(state, signal->band);
            SLOT(state, signal->band) = Py_NewRef(gate->nan);
            Py_DECREF(band); /* a number */
        }
    }
    int calm = same && event == NULL && PyFloat_AS_DOUBLE(now) < PyFloat_AS_DOUBLE(SLOT(state, gate->wake));
    if (calm && gate->part) {
        calm = nobody_looks(gate, state, now, mask);
        if (calm && PyObject_SetAttr(SLOT(state, gate->whole), at_name, now) < 0) {
            goto done;
        }
    }
    if (calm) {
        result = quiet(gate, state);
    }
    else if (gate->memory != NULL) {
        result = event == NULL ? remembered(gate, state, now, PyFloat_AS_DOUBLE(then), was) : offered(gate, state, now, event);
    }
    if (result == NULL && !PyErr_Occurred()) {
        PyObject *old = picture(gate, state, then, was);
        if (old != NULL) {
            result = decided(gate, state, old, same, mask, event);
            Py_DECREF(old);
        }
    }
done:
    Py_DECREF(then);
    for (int i = 0; i < many; i++) {
        Py_DECREF(was[given[i].signal - gate->signals]);
    }
    return result;
failed:
    Py_DECREF(now);
    for (int i = 0; i < many; i++) {
        if (given[i].own) {
            Py_DECREF(given[i].value);
        }
    }
    return NULL;
}

PyObject *
observe(PyObject *self, PyObject *const *args, size_t flags, PyObject *keywords)
{
    Gate *gate = (Gate *)self;
    Py_ssize_t positional = PyVectorcall_NARGS(flags);
    Py_ssize_t named = keywords == NULL ? 0 : PyTuple_GET_SIZE(keywords);
    Given given[MOST_GIVEN];
    int many = 0;
    PyObject *state = args[0], *at = Py_None, *now = NULL, *event = NULL;

    if (positional != (gate->events == NULL ? 1 : 2) || named > MOST_GIVEN || Py_TYPE(state) != gate->state || is_busy(gate, state)) {
        goto not_plain;
    }
    for (Py_ssize_t i = 0; i < named; i++) {
        PyObject *value = args[positional + i];
        int place = place_of(gate, PyTuple_GET_ITEM(keywords, i));
        if (place == -1) {
            at = value;
        }
        else if (place < 0 || gate->signals[place].kind == NOT_PLAIN) {
            goto not_plain;
        }
        else {
            given[many++] = (Given){.signal = &gate->signals[place], .value = value};
        }
    }

    /* what may run other people's code comes first */
    if (gate->events != NULL) {
        event = PyDict_GetItemWithError(gate->events, args[1]);
        if (event == NULL) {
            goto not_plain;
        }
        Py_INCREF(event);
    }
    if (at != Py_None && (now = instant_of(gate, at, 0)) == NULL) {
        goto not_plain;
    }
    for (int i = 0; i < many; i++) {
        if (given[i].signal->kind == DATE) {
            PyObject *date = instant_of(gate, given[i].value, 1);
            if (date == NULL) {
                goto not_plain;
            }
            given[i].value = date;
            given[i].own = 1;
            given[i].date = PyFloat_AS_DOUBLE(date);
        }
    }

    /* from here on nobody's code runs until all is stored */
    PyObject *then = SLOT(state, gate->at);
    if (!PyFloat_CheckExact(then) || !PyFloat_CheckExact(SLOT(state, gate->wake))) {
        goto not_plain; /* placed or restored with a whole number: rare, and soon over */
    }
    double before = PyFloat_AS_DOUBLE(then), earliest = before;
    if (gate->part) {
        PyObject *clock;
        earliest = number_in(SLOT(state, gate->whole), at_name, &clock);
        if (now == NULL) {
            now = clock;
            if (now == NULL || !PyFloat_CheckExact(now)) {
                goto not_plain;
            }
        }
        else {
            Py_XDECREF(clock);
        }
    }
    else if (before != before) {
        goto not_plain; /* the first observation */
    }
    else if (now == NULL) {
        now = Py_NewRef(then);
    }
    if (PyFloat_AS_DOUBLE(now) < earliest) {
        goto not_plain;
    }
    int same = 1;
    unsigned other_bands = 0;
    double wake = Py_HUGE_VAL;
    for (int i = 0; i < many; i++) {
        const Signal *signal = given[i].signal;
        PyObject *was = SLOT(state, signal->value);
        if (signal->kind == DATE) {
            double old;
            if (!number_of(was, NUMBER, &old)) {
                goto not_plain;
            }
            same &= date_unchanged(signal, given[i].date, old, PyFloat_AS_DOUBLE(now), before, &wake);
            continue;
        }
        int other_band = 0;
        int found = unchanged(signal, given[i].value, was, &other_band);
        if (found < 0) {
            goto not_plain;
        }
        same &= found;
        other_bands |= (unsigned)other_band << i;
    }
    if (gate->part && wake > -Py_HUGE_VAL) {
        /* the whole wakes its parts: it has to look if the date comes before what the part is queued for */
        same &= wake == Py_HUGE_VAL || wake >= number_in(SLOT(state, gate->member), due_name, NULL);
        wake = Py_HUGE_VAL;
    }
    PyObject *result = take_in(gate, state, now, given, many, same, other_bands, wake, event);
    Py_XDECREF(event);
    return result;

not_plain:
    PyErr_Clear(); /* the Python tells what is wrong */
    Py_XDECREF(event);
    Py_XDECREF(now);
    for (int i = 0; i < many; i++) {
        if (given[i].own) {
            Py_DECREF(given[i].value);
        }
    }
    return PyObject_Vectorcall(gate->python, args, positional, keywords);
}

