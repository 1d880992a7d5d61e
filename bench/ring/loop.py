"""What a program that trains does with rings, without the training. Run by ring.js.

python3 loop.py BUILD ARRAYS frames RING…    frames per second of all rings together, from the first batch to the last
python3 loop.py BUILD ARRAYS latency RING    milliseconds from each batch's info["time"] until it is here
"""

import json
import sys
import threading
import time

build, arrays, what, *rings = sys.argv[1:]
sys.path.insert(0, build)
import pipelines


def frames():
    marks = []

    def read(name):
        for batch in pipelines.ring(name, arrays=arrays, wait=60):
            assert batch.array.shape[0] == batch.count
            marks.append((time.perf_counter(), batch.count))

    threads = [threading.Thread(target=read, args=(name,)) for name in rings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    marks.sort()
    # What the first batch took is the start of the decoders.
    print(json.dumps({"frames": sum(count for _, count in marks[1:]), "seconds": marks[-1][0] - marks[0][0]}))


def latency():
    late = []
    for batch in pipelines.ring(rings[0], arrays=arrays, wait=60):
        late.append(1000 * time.time() - batch.info["time"])
    late.sort()
    print(json.dumps([[percent, late[percent * (len(late) - 1) // 100]] for percent in (50, 90, 99, 100)]))


{"frames": frames, "latency": latency}[what]()
