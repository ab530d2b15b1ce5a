// Judge reads questions, a line of JSON each, and answers with what Go's reference implementation of transparency logs says
// of our checkpoints and proofs: golang.org/x/mod/sumdb/note and tlog, as Debian packages them.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Ask   string
	Note  string
	Vkeys []string
	// Hashes, in base64.
	Root, Before, Leaf []byte
	Proof              [][]byte
	Size, From, Index  int64
	// The texts that are the leaves.
	Bodies []string
}

type answer struct {
	Ok   bool   `json:"ok"`
	Text string `json:"text,omitempty"`
	Root []byte `json:"root,omitempty"`
	Why  string `json:"why,omitempty"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<26)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		said, err := judge(asked)
		said.Ok = err == nil
		if err != nil {
			said.Why = err.Error()
		}
		line, _ := json.Marshal(said)
		fmt.Println(string(line))
	}
}

func judge(q question) (answer, error) {
	switch q.Ask {
	case "note":
		var known []note.Verifier
		for _, vkey := range q.Vkeys {
			verifier, err := note.NewVerifier(vkey)
			if err != nil {
				return answer{}, err
			}
			known = append(known, verifier)
		}
		opened, err := note.Open([]byte(q.Note), note.VerifierList(known...))
		if err != nil {
			return answer{}, err
		}
		return answer{Text: opened.Text}, nil
	case "inclusion":
		return answer{}, tlog.CheckRecord(tlog.RecordProof(hashes(q.Proof)), q.Size, hash(q.Root), q.Index, hash(q.Leaf))
	case "consistency":
		return answer{}, tlog.CheckTree(tlog.TreeProof(hashes(q.Proof)), q.Size, hash(q.Root), q.From, hash(q.Before))
	case "root":
		var stored []tlog.Hash
		read := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
			found := make([]tlog.Hash, len(at))
			for i, place := range at {
				found[i] = stored[place]
			}
			return found, nil
		})
		for n, body := range q.Bodies {
			more, err := tlog.StoredHashes(int64(n), []byte(body), read)
			if err != nil {
				return answer{}, err
			}
			stored = append(stored, more...)
		}
		root, err := tlog.TreeHash(int64(len(q.Bodies)), read)
		return answer{Root: root[:]}, err
	}
	return answer{}, fmt.Errorf("nobody knows what %q asks", q.Ask)
}

func hash(bytes []byte) (h tlog.Hash) {
	if len(bytes) != len(h) {
		panic("a hash has 32 bytes")
	}
	copy(h[:], bytes)
	return h
}

func hashes(all [][]byte) []tlog.Hash {
	list := make([]tlog.Hash, len(all))
	for i, one := range all {
		list[i] = hash(one)
	}
	return list
}
