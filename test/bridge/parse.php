<?php
// Parses every file named on standard input, one a line; says which do not.
foreach (array_filter(explode("\n", stream_get_contents(STDIN))) as $file) {
    try {
        PhpToken::tokenize(file_get_contents($file), TOKEN_PARSE);
    } catch (ParseError $e) {
        echo "$file:{$e->getLine()} {$e->getMessage()}\n";
    }
}
