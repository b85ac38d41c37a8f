/* The reduced hub as a loop over events in a binary heap, as one would write it by hand: see network.py. */
#include <stdint.h>
#include <stdlib.h>

typedef int64_t i64;
enum { ULD, HANDLED, SORTED, PACKED, TRUCK };
typedef struct { i64 at; int kind, id; } Event;
typedef struct { int head, tail, busy; } Queue; /* of a server: parcels in a linked list */

static Event *heap;
static int n_events;

static void push(i64 at, int kind, int id)
{
    int i = n_events++;
    for (; i && heap[(i - 1) / 2].at > at; i = (i - 1) / 2) heap[i] = heap[(i - 1) / 2];
    heap[i] = (Event){at, kind, id};
}

static Event pop(void)
{
    Event first = heap[0], last = heap[--n_events];
    int i = 0, child;
    while ((child = 2 * i + 1) < n_events) {
        if (child + 1 < n_events && heap[child + 1].at < heap[child].at) child++;
        if (heap[child].at >= last.at) break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = last;
    return first;
}

static int *next; /* behind each parcel, or -1 */

static void append(Queue *queue, int parcel)
{
    next[parcel] = -1;
    if (queue->head < 0) queue->head = parcel; else next[queue->tail] = parcel;
    queue->tail = parcel;
}

static int take(Queue *queue)
{
    int parcel = queue->head;
    queue->head = next[parcel];
    return parcel;
}

/* A parcel comes to a server, which is busy for a time with each. */
static void come(Queue *server, int parcel, i64 end, int kind)
{
    if (server->busy) append(server, parcel);
    else { server->busy = 1; push(end, kind, parcel); }
}

/* A server is done with one. */
static int following(Queue *server)
{
    if (server->head < 0) { server->busy = 0; return -1; }
    return take(server);
}

static Queue *queues(int n)
{
    Queue *all = malloc(n * sizeof *all);
    for (int i = 0; i < n; i++) all[i] = (Queue){-1, -1, 0};
    return all;
}

void run(int n_ulds, int n_routes, int n_chutes, int n_cut_offs, int stations, i64 service, const i64 *arrival,
        const i64 *first, const i64 *machine, const i64 *handling, const i64 *route, const i64 *posts,
         const i64 *packing, const i64 *cut_offs, i64 *packed, i64 *departed)
{
    int n = (int)first[n_ulds], n_posts = 0, came = 0, begun = 0, free_stations = stations, uld, other;
    int *first_post = malloc(n_chutes * sizeof *first_post), *turn = calloc(n_chutes, sizeof *turn);
    int *uld_of = malloc(n * sizeof *uld_of), *post_of = malloc(n * sizeof *post_of);
    for (int chute = 0; chute < n_chutes; chute++) { first_post[chute] = n_posts; n_posts += posts[chute]; }
    for (uld = 0; uld < n_ulds; uld++) for (i64 i = first[uld]; i < first[uld + 1]; i++) uld_of[i] = uld;
    Queue *machines = queues(n_chutes / n_routes), *servers = queues(n_posts), *lanes = queues(n_routes);
    next = malloc(n * sizeof *next);
    heap = malloc((n_ulds + n_cut_offs + n_chutes + n_posts + stations + 8) * sizeof *heap);
    n_events = 0;
    push(arrival[0], ULD, 0);
    push(cut_offs[0], TRUCK, 0);
    while (n_events) {
        Event event = pop();
        i64 now = event.at;
        int id = event.id, chute, post;
        switch (event.kind) {
        case ULD:
            came++;
            if (came < n_ulds) push(arrival[came], ULD, came);
            break;
        case HANDLED:
            uld = uld_of[id];
            if (id + 1 < first[uld + 1]) push(now + handling[id + 1], HANDLED, id + 1); else free_stations++;
            come(&machines[machine[uld]], id, now + service, SORTED);
            break;
        case SORTED:
            other = following(&machines[machine[uld_of[id]]]);
            if (other >= 0) push(now + service, SORTED, other);
            chute = machine[uld_of[id]] * n_routes + route[id];
            post = post_of[id] = first_post[chute] + turn[chute];
            turn[chute] = (turn[chute] + 1) % posts[chute];
            come(&servers[post], id, now + packing[id], PACKED);
            break;
        case PACKED:
            packed[id] = now;
            other = following(&servers[post_of[id]]);
            if (other >= 0) push(now + packing[other], PACKED, other);
            append(&lanes[route[id]], id);
            break;
        case TRUCK:
            for (int i = 0; i < n_routes; i++) while (lanes[i].head >= 0) departed[take(&lanes[i])] = now;
            if (id + 1 < n_cut_offs) push(cut_offs[id + 1], TRUCK, id + 1);
        }
        while (free_stations && begun < came) {
            free_stations--;
            push(now + handling[first[begun]], HANDLED, (int)first[begun]);
            begun++;
        }
    }
    void *all[] = {first_post, turn, uld_of, post_of, machines, servers, lanes, next, heap};
    for (int i = 0; i < 9; i++) free(all[i]);
}
