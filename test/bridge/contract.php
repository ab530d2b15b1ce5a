<?php
// Makes, with the bridge's own classes and no Moodle, what the cases on standard input ask for.
spl_autoload_register(function (string $class): void {
    $path = str_replace('\\', '/', substr($class, strlen('local_rocket\\')));
    require __DIR__ . "/../../moodle-bridge/local_rocket/classes/$path.php";
});

['envelopes' => $envelopes, 'tokens' => $tokens, 'ids' => $ids, 'patterns' => $patterns]
    = json_decode(stream_get_contents(STDIN), true);
$made = ['envelopes' => [], 'tokens' => [], 'ids' => [], 'patterns' => []];
foreach ($envelopes as ['given' => $given]) {
    $event = new local_rocket\learningevent($given['id'], $given['event'], $given['time'], $given['user']);
    foreach (array_diff_key($given, array_flip(['id', 'event', 'time', 'user'])) as $property => $value) {
        $event->$property = $value;
    }
    $made['envelopes'][] = $event->to_json();
}
foreach ($tokens as ['given' => $given]) {
    $credentials = local_rocket\sidecar\credentials::from_text($given['secret'], $given['source']);
    $made['tokens'][] = local_rocket\sidecar\token::sign(
        $credentials,
        $given['scope'],
        $given['sub'],
        $given['now'],
        $given['call']
    );
}
foreach ($ids as ['given' => $given]) {
    $made['ids'][] = local_rocket\learningevent::id_of(...$given);
}
foreach ($patterns as ['given' => $given]) {
    $made['patterns'][] = local_rocket\screen::key($given);
}
echo json_encode($made, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
