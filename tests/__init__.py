"""The tests.

The product's modules are some 300,000 objects that live as long as the process. Looking through them for
circles took a quarter of a store test's processor time: the collector waits longer, and after the tests are collected
it leaves alone what stands (``conftest.pytest_collection_finish``).
"""

import gc

gc.set_threshold(50_000, 20, 20)
