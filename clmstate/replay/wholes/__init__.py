"""Compositions in columns: whole customers, each with all of its parts, millions of rows a second.

`layout` lays a composition out as arrays (`places` names what lies where); `columns` takes the rows of a log in, with `intake`; `kernel` walks over them;
`found` writes the tables; `fleet` holds it together.
"""
