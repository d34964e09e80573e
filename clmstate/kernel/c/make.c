/* Making: a gate from what `gate.py` says about a program. */

#include "gate.h"

static Py_ssize_t
offset_of(PyTypeObject *type, const char *name)
{
    PyObject *found = PyObject_GetAttrString((PyObject *)type, name);
    Py_ssize_t offset = -1;
    if (found == NULL) {
        return -1;
    }
    if (Py_IS_TYPE(found, &PyMemberDescr_Type) && ((PyMemberDescrObject *)found)->d_member->type == T_OBJECT_EX) {
        offset = ((PyMemberDescrObject *)found)->d_member->offset;
    }
    else {
        PyErr_Format(PyExc_TypeError, "%s is not a slot", name);
    }
    Py_DECREF(found);
    return offset;
}

static void
forget(Memory *memory)
{
    for (Py_ssize_t i = 0; i < memory->since_count; i++) {
        PyMem_Free(memory->since[i].cuts);
    }
    for (Py_ssize_t i = 0; i < memory->rule_count; i++) {
        PyMem_Free(memory->rules[i].reads);
    }
    for (Py_ssize_t i = 0; i < memory->look_count; i++) {
        PyMem_Free(memory->looks[i].numbers);
    }
    PyMem_Free(memory->looks);
    for (Happening *event = memory->events; event != NULL && event->name != NULL; event++) {
        Py_DECREF(event->name);
    }
    PyMem_Free(memory->since);
    PyMem_Free(memory->rules);
    PyMem_Free(memory->events);
    PyMem_Free(memory->clocks);
    PyMem_Free(memory->decisions);
    PyMem_Free(memory);
}

static int
gate_traverse(PyObject *self, visitproc visit, void *arg)
{
    Gate *gate = (Gate *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(gate->state);
    Py_VISIT(gate->places);
    Py_VISIT(gate->events);
    Py_VISIT(gate->instants);
    Py_VISIT(gate->instant);
    Py_VISIT(gate->python);
    Py_VISIT(gate->settled);
    Py_VISIT(gate->seen);
    Py_VISIT(gate->nothing);
    Py_VISIT(gate->nan);
    if (gate->memory != NULL) {
        Py_VISIT(gate->memory->groups);
        Py_VISIT(gate->memory->full);
        Py_VISIT(gate->memory->step);
        Py_VISIT(gate->memory->offer);
        Py_VISIT(gate->memory->truths);
        Py_VISIT(gate->memory->shows);
        Py_VISIT(gate->memory->holds);
        Py_VISIT(gate->memory->moves);
    }
    return 0;
}

static int
gate_clear(PyObject *self)
{
    Gate *gate = (Gate *)self;
    Py_CLEAR(gate->state);
    Py_CLEAR(gate->places);
    Py_CLEAR(gate->events);
    Py_CLEAR(gate->instants);
    Py_CLEAR(gate->instant);
    Py_CLEAR(gate->python);
    Py_CLEAR(gate->settled);
    Py_CLEAR(gate->seen);
    Py_CLEAR(gate->nothing);
    Py_CLEAR(gate->nan);
    if (gate->memory != NULL) {
        Py_CLEAR(gate->memory->groups);
        Py_CLEAR(gate->memory->full);
        Py_CLEAR(gate->memory->step);
        Py_CLEAR(gate->memory->offer);
        Py_CLEAR(gate->memory->truths);
        Py_CLEAR(gate->memory->shows);
        Py_CLEAR(gate->memory->holds);
        Py_CLEAR(gate->memory->moves);
    }
    return 0;
}

static void
gate_dealloc(PyObject *self)
{
    Gate *gate = (Gate *)self;
    PyObject_GC_UnTrack(self);
    (void)gate_clear(self);
    for (int i = 0; i < MOST_SLOTS; i++) {
        Py_XDECREF(gate->names[i]);
    }
    for (Py_ssize_t i = 0; i < gate->count; i++) {
        Py_XDECREF(gate->signals[i].name);
        Py_XDECREF(gate->signals[i].choices);
        PyMem_Free(gate->signals[i].cuts);
    }
    PyMem_Free(gate->signals);
    if (gate->memory != NULL) {
        forget(gate->memory);
    }
    PyTypeObject *type = Py_TYPE(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static int
learn_name(Gate *gate, PyObject *name, int place)
{
    PyObject *number = PyLong_FromLong(place);
    if (number == NULL || PyDict_SetItem(gate->places, name, number) < 0) {
        Py_XDECREF(number);
        return -1;
    }
    Py_DECREF(number);
    Py_INCREF(name);
    PyUnicode_InternInPlace(&name);
    size_t slot = ((size_t)name >> 4) % MOST_SLOTS;
    while (gate->names[slot] != NULL) {
        slot = (slot + 1) % MOST_SLOTS;
    }
    gate->names[slot] = name;
    gate->numbers[slot] = (signed char)place;
    return 0;
}

static int
learn_at(Gate *gate)
{
    PyObject *name = PyUnicode_InternFromString("at");
    int failed = name == NULL || learn_name(gate, name, -1) < 0;
    Py_XDECREF(name);
    return failed ? -1 : 0;
}

/* Numbers of a tuple, rising; NULL with an error. */
static double *
numbers_of(PyObject *tuple, Py_ssize_t *count)
{
    Py_ssize_t many = PyTuple_Size(tuple);
    double *numbers = many < 0 ? NULL : PyMem_New(double, many ? many : 1);
    if (numbers == NULL) {
        return many < 0 ? NULL : (double *)PyErr_NoMemory();
    }
    for (Py_ssize_t i = 0; i < many; i++) {
        numbers[i] = PyFloat_AsDouble(PyTuple_GET_ITEM(tuple, i));
        if (numbers[i] == -1.0 && PyErr_Occurred()) {
            PyMem_Free(numbers);
            return NULL;
        }
    }
    *count = many;
    return numbers;
}

/* The slots of a tuple of names; NULL with an error. */
static Py_ssize_t *
offsets_of(PyTypeObject *type, PyObject *tuple, Py_ssize_t *count)
{
    Py_ssize_t many = PyTuple_Size(tuple);
    Py_ssize_t *offsets = many < 0 ? NULL : PyMem_New(Py_ssize_t, many ? many : 1);
    if (offsets == NULL) {
        return many < 0 ? NULL : (Py_ssize_t *)PyErr_NoMemory();
    }
    for (Py_ssize_t i = 0; i < many; i++) {
        const char *name = PyUnicode_AsUTF8(PyTuple_GET_ITEM(tuple, i));
        if (name == NULL || (offsets[i] = offset_of(type, name)) < 0) {
            PyMem_Free(offsets);
            return NULL;
        }
    }
    *count = many;
    return offsets;
}

/* One signal, as `gate.py` describes it: (name, kind, asked, cuts or None, low, high, choices, value slot, band slot or ""). */
static int
learn(Gate *gate, int place, PyObject *described)
{
    static const char *const kinds[] = {"flag", "choice", "date", "number", "whole", NULL};
    Signal *signal = &gate->signals[place];
    PyObject *name, *cuts, *choices;
    const char *kind, *value, *band;
    if (!PyArg_ParseTuple(described, "UspOddO!ss", &name, &kind, &signal->asked, &cuts, &signal->low, &signal->high, &PyTuple_Type,
                          &choices, &value, &band)) {
        return -1;
    }
    signal->name = Py_NewRef(name);
    signal->choices = Py_NewRef(choices);
    signal->kind = NOT_PLAIN;
    for (int i = 0; kinds[i] != NULL; i++) {
        if (strcmp(kind, kinds[i]) == 0) {
            signal->kind = (Kind)i;
        }
    }
    signal->value = offset_of(gate->state, value);
    signal->band = *band ? offset_of(gate->state, band) : 0;
    signal->cuts_known = cuts != Py_None;
    if (signal->value < 0 || signal->band < 0 || (signal->cuts_known && (signal->cuts = numbers_of(cuts, &signal->count)) == NULL)) {
        return -1;
    }
    return learn_name(gate, name, place);
}

static int
find_slots(Gate *gate)
{
    return (gate->at = offset_of(gate->state, "at")) < 0 || (gate->phase = offset_of(gate->state, "phase")) < 0 ||
                   (gate->busy = offset_of(gate->state, "busy")) < 0 || (gate->wake = offset_of(gate->state, "wake")) < 0 ||
                   (gate->open = offset_of(gate->state, "open")) < 0 || (gate->whole = offset_of(gate->state, "whole")) < 0 ||
                   (gate->member = offset_of(gate->state, "member")) < 0 || (gate->watched = offset_of(gate->state, "watched")) < 0
               ? -1
               : 0;
}

static int
learn_rule(Gate *gate, Rule *rule, PyObject *described)
{
    PyObject *reads;
    if (!PyArg_ParseTuple(described, "ppplO!", &rule->plain, &rule->timed, &rule->one_way, &rule->target, &PyTuple_Type, &reads)) {
        return -1;
    }
    rule->reads = offsets_of(gate->state, reads, &rule->count);
    return rule->reads == NULL ? -1 : 0;
}

static int
learn_since(Gate *gate, Since *since, PyObject *described)
{
    const char *slot;
    PyObject *cuts;
    if (!PyArg_ParseTuple(described, "spO!", &slot, &since->counts, &PyTuple_Type, &cuts) || (since->slot = offset_of(gate->state, slot)) < 0) {
        return -1;
    }
    since->cuts = numbers_of(cuts, &since->count);
    return since->cuts == NULL ? -1 : 0;
}

/* Small numbers of a tuple. -1 with an error. */
static int
learn_numbers(PyObject *tuple, int *numbers)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); i++) {
        numbers[i] = (int)PyLong_AsLong(PyTuple_GET_ITEM(tuple, i));
    }
    return PyErr_Occurred() ? -1 : 0;
}

static int
learn_look(Look *look, PyObject *described)
{
    PyObject *signals, *since;
    if (!PyArg_ParseTuple(described, "O!O!", &PyTuple_Type, &signals, &PyTuple_Type, &since)) {
        return -1;
    }
    look->signal_count = PyTuple_GET_SIZE(signals);
    look->since_count = PyTuple_GET_SIZE(since);
    look->numbers = PyMem_New(int, look->signal_count + look->since_count + 1);
    if (look->numbers == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return learn_numbers(signals, look->numbers) < 0 || learn_numbers(since, look->numbers + look->signal_count) < 0 ? -1 : 0;
}

/* What `gate.py` says about deciding; see there. */
static int
learn_memory(Gate *gate, PyObject *described)
{
    PyObject *since, *looks, *clocks, *rules, *events;
    Memory *memory = gate->memory = PyMem_Calloc(1, sizeof(Memory));
    if (memory == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (!PyArg_ParseTuple(described, "O!O!O!O!O!O!O!pO!O!OO!O!O!", &PyTuple_Type, &since, &PyTuple_Type, &looks, &PyTuple_Type, &clocks, &PyTuple_Type, &rules, &PyTuple_Type,
                          &events, &PyTuple_Type, &memory->groups, &PyTuple_Type, &memory->full, &memory->shown, &PyTuple_Type,
                          &memory->step, &PyTuple_Type, &memory->offer, &memory->truths, &PyTuple_Type, &memory->shows, &PyTuple_Type,
                          &memory->holds, &PyType_Type, &memory->moves)) {
        memory->groups = memory->full = memory->step = memory->offer = memory->truths = memory->shows = memory->holds = NULL;
        memory->moves = NULL;
        return -1;
    }
    Py_INCREF(memory->groups);
    Py_INCREF(memory->full);
    Py_INCREF(memory->step);
    Py_INCREF(memory->offer);
    Py_INCREF(memory->truths);
    Py_INCREF(memory->shows);
    Py_INCREF(memory->holds);
    Py_INCREF(memory->moves);
    memory->since = PyMem_Calloc(PyTuple_GET_SIZE(since) + 1, sizeof(Since));
    memory->looks = PyMem_Calloc(PyTuple_GET_SIZE(looks) + 1, sizeof(Look));
    memory->rules = PyMem_Calloc(PyTuple_GET_SIZE(rules) + 1, sizeof(Rule));
    memory->events = PyMem_Calloc(PyTuple_GET_SIZE(events) + 1, sizeof(Happening));
    memory->clocks = offsets_of(gate->state, clocks, &memory->clock_count);
    if (memory->since == NULL || memory->looks == NULL || memory->rules == NULL || memory->events == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (memory->clocks == NULL || (memory->entered = offset_of(gate->state, "entered")) < 0 ||
        (memory->seen = offset_of(gate->state, "seen")) < 0 || (memory->resume = offset_of(gate->state, "resume")) < 0 ||
        (memory->reached = offset_of(gate->state, "reached")) < 0 || (memory->journal = offset_of(gate->state, "journal")) < 0 ||
        (memory->life = offset_of(gate->state, "life")) < 0 || (memory->raw = offset_of(memory->moves, "_raw")) < 0 ||
        (memory->reader = offset_of(memory->moves, "_reader")) < 0 || (memory->untaken = offset_of(memory->moves, "_untaken")) < 0) {
        return -1;
    }
    for (; memory->since_count < PyTuple_GET_SIZE(since); memory->since_count++) {
        if (learn_since(gate, &memory->since[memory->since_count], PyTuple_GET_ITEM(since, memory->since_count)) < 0) {
            return -1;
        }
    }
    while (memory->look_count < PyTuple_GET_SIZE(looks)) {
        PyObject *look = PyTuple_GET_ITEM(looks, memory->look_count++);
        if (learn_look(&memory->looks[memory->look_count - 1], look) < 0) {
            return -1;
        }
    }
    for (; memory->rule_count < PyTuple_GET_SIZE(rules); memory->rule_count++) {
        if (learn_rule(gate, &memory->rules[memory->rule_count], PyTuple_GET_ITEM(rules, memory->rule_count)) < 0) {
            return -1;
        }
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(events); i++) {
        const char *last, *times;
        Happening *happening = &memory->events[i];
        PyObject *name;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(events, i), "Uss", &name, &last, &times) ||
            (happening->last = offset_of(gate->state, last)) < 0 || (happening->times = offset_of(gate->state, times)) < 0) {
            return -1;
        }
        happening->name = Py_NewRef(name);
    }
    return 0;
}

static PyObject *
gate_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"state", "signals", "part", "events", "instants", "instant", "python", "settled", "seen", "nothing", "nan", "memory", NULL};
    PyObject *state, *signals, *events, *instants, *instant, *python, *settled, *seen, *nothing, *nan, *memory;
    int part;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O!O!pOO!OOOO!OOO:Gate", names, &PyType_Type, &state, &PyTuple_Type, &signals, &part,
                                     &events, &PyDict_Type, &instants, &instant, &python, &settled, &PyTuple_Type, &seen, &nothing,
                                     &nan, &memory)) {
        return NULL;
    }
    Py_ssize_t count = PyTuple_GET_SIZE(signals);
    if (count > MOST_SIGNALS) {
        return PyErr_Format(PyExc_OverflowError, "a gate knows at most %d signals", MOST_SIGNALS);
    }
    Gate *gate = (Gate *)type->tp_alloc(type, 0);
    if (gate == NULL) {
        return NULL;
    }
    gate->call = observe;
    gate->part = part;
    gate->state = (PyTypeObject *)Py_NewRef(state);
    gate->events = events == Py_None ? NULL : Py_NewRef(events);
    gate->instants = Py_NewRef(instants);
    gate->instant = Py_NewRef(instant);
    gate->python = Py_NewRef(python);
    gate->settled = Py_NewRef(settled);
    gate->seen = Py_NewRef(seen);
    gate->nothing = Py_NewRef(nothing);
    gate->nan = Py_NewRef(nan);
    gate->places = PyDict_New();
    gate->signals = PyMem_Calloc(count ? count : 1, sizeof(Signal));
    if (gate->places == NULL || gate->signals == NULL || find_slots(gate) < 0 || learn_at(gate) < 0) {
        goto failed;
    }
    for (; gate->count < count; gate->count++) {
        if (learn(gate, (int)gate->count, PyTuple_GET_ITEM(signals, gate->count)) < 0) {
            gate->count++; /* what it holds by then is freed with the rest */
            goto failed;
        }
    }
    if (memory != Py_None && learn_memory(gate, memory) < 0) {
        goto failed;
    }
    return (PyObject *)gate;
failed:
    Py_DECREF(gate);
    return NULL;
}

static PyMemberDef gate_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(Gate, call), READONLY, NULL},
    {NULL},
};

static PyType_Slot gate_slots[] = {
    {Py_tp_doc, "The plain observation of one program; called as the generated Python that it stands before."},
    {Py_tp_new, gate_new},
    {Py_tp_dealloc, gate_dealloc},
    {Py_tp_traverse, gate_traverse},
    {Py_tp_clear, gate_clear},
    {Py_tp_members, gate_members},
    {Py_tp_call, PyVectorcall_Call},
    {0, NULL},
};

static PyType_Spec gate_spec = {
    .name = "clmstate.kernel._gate.Gate",
    .basicsize = sizeof(Gate),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = gate_slots,
};

static int
begin(PyObject *module)
{
    if (prepare_reading() < 0 || prepare_following() < 0 || prepare_observing() < 0) {
        return -1;
    }
    PyObject *type = PyType_FromSpec(&gate_spec);
    int failed = type == NULL || PyModule_AddObjectRef(module, "Gate", type) < 0;
    Py_XDECREF(type);
    return failed ? -1 : 0;
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, begin},
    {0, NULL},
};

static PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "clmstate.kernel._gate",
    .m_doc = "The plain observation in C.",
    .m_slots = module_slots,
};

PyMODINIT_FUNC
PyInit__gate(void)
{
    return PyModuleDef_Init(&module_definition);
}
