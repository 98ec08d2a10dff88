using System.Text.Json;
using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Tokenization;

/// <summary>What a <c>tokenizer.json</c> says of pieces: <c>model</c> and <c>added_tokens</c>.</summary>
internal sealed class TokenizerVocabulary
{
    private const int MaxId = 1 << 24;

    private readonly JsonField _field;
    private readonly Dictionary<string, int> _ids;

    private TokenizerVocabulary(JsonField field, Dictionary<string, int> ids, BytePairModel model, IReadOnlyList<AddedToken> added, Dictionary<int, string> pieces)
    {
        _field = field;
        _ids = ids;
        Model = model;
        Added = added;
        Pieces = pieces;
    }

    /// <summary>The merging model; no special token can come out of it, but for the unknown one.</summary>
    public BytePairModel Model { get; }

    /// <summary>Literals matched in trusted text.</summary>
    public IReadOnlyList<AddedToken> Added { get; }

    /// <summary>All pieces by id; not an array, since ids may have gaps of any size.</summary>
    public IReadOnlyDictionary<int, string> Pieces { get; }

    /// <summary>One more than the largest id.</summary>
    public int Size => Pieces.Keys.Max() + 1;

    /// <summary>Reads both fields of a file.</summary>
    /// <exception cref="ModelLoadException">They are malformed or need something that is not implemented.</exception>
    public static TokenizerVocabulary Read(JsonField root)
    {
        var model = root["model"];
        Check(model);
        var field = model["vocab"];
        var ids = ReadPieces(field);
        var added = ReadAddedTokens(root, ids);
        var pieces = IndexPieces(root, ids, added);
        HashSet<int> special = [.. added.Where(token => token.Special).Select(token => token.Id)];
        var merges = ReadMerges(model["merges"], ids, special);
        var options = ReadOptions(model, ids);
        foreach (var token in added.Where(token => token.Special)) ids.Remove(token.Content);
        return new TokenizerVocabulary(field, ids, new BytePairModel(ids, merges, options), added, pieces);
    }

    /// <summary>Refuses a byte-level vocabulary in which a byte has no piece: text would be left out silently.</summary>
    /// <exception cref="ModelLoadException">One has none.</exception>
    public void RequireBytes()
    {
        foreach (var character in ByteAlphabet.All)
        {
            if (!_ids.ContainsKey(character.ToString()))
                throw new ModelLoadException($"{_field.File}: field '{_field.Name}' has no piece '{character}'; a ByteLevel pre-tokenizer needs all 256 bytes.");
        }
    }

    private static void Check(JsonField model)
    {
        var type = model["type"];
        if (type.Text() != "BPE") throw type.Invalid("\"BPE\", the only kind of model implemented");
        foreach (var name in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
        {
            if (model.Optional(name) is { } affix && affix.Text().Length > 0) throw affix.Invalid("null: affixes are not implemented");
        }

        if (model.Optional("dropout") is { } dropout && dropout.Number() != 0)
            throw dropout.Invalid("null: a tokenizer that drops merges at random cannot serve");
    }

    private static Dictionary<string, int> ReadPieces(JsonField field)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (piece, id) in field.Members())
        {
            if (!ids.TryAdd(piece, id.Integer(0, MaxId))) throw id.Invalid("one entry a piece");
        }

        return ids.Count > 0 ? ids : throw field.Invalid("at least one piece");
    }

    /// <summary>The pairs that merge, without those that take or make a special token: plain text must not reach one.</summary>
    private static Dictionary<(int Left, int Right), (int Rank, int Id)> ReadMerges(JsonField field, Dictionary<string, int> ids, HashSet<int> special)
    {
        var merges = new Dictionary<(int Left, int Right), (int Rank, int Id)>();
        var rank = 0;
        foreach (var entry in field.Items())
        {
            var (left, right) = ReadPair(entry);
            if (!ids.TryGetValue(left, out var leftId)
                || !ids.TryGetValue(right, out var rightId)
                || !ids.TryGetValue(left + right, out var mergedId))
            {
                throw entry.Invalid("two pieces of model.vocab whose concatenation is also one");
            }

            rank++;
            if (!special.Contains(leftId) && !special.Contains(rightId) && !special.Contains(mergedId)) merges[(leftId, rightId)] = (rank, mergedId);
        }

        return merges;
    }

    /// <summary>A merge is <c>"a b"</c> in older files, <c>["a", "b"]</c> in newer ones, where pieces may hold spaces.</summary>
    private static (string Left, string Right) ReadPair(JsonField entry)
    {
        const string Expected = "\"left right\" or [\"left\", \"right\"]";
        if (entry.Element.ValueKind == JsonValueKind.Array)
        {
            var parts = entry.Items().Select(part => part.Text()).ToArray();
            return parts is [var left, var right] ? (left, right) : throw entry.Invalid(Expected);
        }

        return entry.Text().Split(' ') is [var first, var second] ? (first, second) : throw entry.Invalid(Expected);
    }

    private static BytePairOptions ReadOptions(JsonField model, Dictionary<string, int> ids)
    {
        int? unknownId = null;
        if (model.Optional("unk_token") is { } unknown)
            unknownId = ids.TryGetValue(unknown.Text(), out var id) ? id : throw unknown.Invalid("a piece of model.vocab");
        return new BytePairOptions(
            model.Boolean("byte_fallback", false),
            unknownId,
            model.Boolean("fuse_unk", false),
            model.Boolean("ignore_merges", false));
    }

    private static List<AddedToken> ReadAddedTokens(JsonField root, Dictionary<string, int> ids)
    {
        var tokens = new List<AddedToken>();
        if (root.Optional("added_tokens") is not { } field) return tokens;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in field.Items())
        {
            var token = new AddedToken(
                entry["id"].Integer(0, MaxId),
                entry["content"].Text(),
                entry.Boolean("single_word", false),
                entry.Boolean("lstrip", false),
                entry.Boolean("rstrip", false),
                entry.Boolean("normalized", false),
                entry.Boolean("special", false));
            if (token.Content.Length == 0) throw entry["content"].Invalid("text to look for");
            if (!seen.Add(token.Content)) throw entry["content"].Invalid("one entry a token");
            if (ids.TryGetValue(token.Content, out var id) && id != token.Id)
                throw entry["id"].Invalid($"{id}, the id of that piece in model.vocab");
            tokens.Add(token);
        }

        return tokens;
    }

    private static Dictionary<int, string> IndexPieces(JsonField root, Dictionary<string, int> ids, List<AddedToken> added)
    {
        var pieces = new Dictionary<int, string>(ids.Count + added.Count);
        foreach (var (piece, id) in ids.Concat(added.Select(token => KeyValuePair.Create(token.Content, token.Id))))
        {
            if (!pieces.TryAdd(id, piece) && pieces[id] != piece)
                throw new ModelLoadException($"{root.File}: '{pieces[id]}' and '{piece}' both have id {id}; ids must be unique.");
        }

        return pieces;
    }
}
