using System.Collections.Frozen;

namespace ResPrune.Inference.Pruning.Conditioning;

/// <summary>
/// English words that name nothing in a picture: function words, the verbs questions are made of, and the words for the picture itself
/// ("image", "photo"), which are in every question. What is left stands in for the nouns a tagger would find.
/// </summary>
internal static class StopWords
{
    private static readonly FrozenSet<string> Words = string.Join(
        ' ',
        "a an the this that these those some any each every either neither both all none other another such same own one ones",
        "i me my mine myself you your yours yourself he him his himself she her hers herself it its itself we us our ours ourselves",
        "they them their theirs themselves someone somebody something anyone anybody anything everyone everybody everything nothing nobody",
        "who whom whose which what when where why how whether whatever whichever wherever whenever however",
        "am is are was were be been being do does did doing done have has had having can could will would shall should may might must",
        "cannot ain't isn't aren't wasn't weren't don't doesn't didn't hasn't haven't hadn't can't couldn't won't wouldn't shouldn't",
        "ain isn aren wasn weren don doesn didn hasn haven hadn couldn wouldn shouldn ll ve re let's let",
        "and or nor but so yet if then else than because since while although though unless until as",
        "of in on at by for with without within about against between among into onto through throughout during before after above below",
        "to from up down out off over under upon across along around near beside besides behind beneath beyond toward towards inside outside",
        "not no yes only just also too very really quite rather more most less least much many few several enough almost even ever never",
        "again further once here there now still already often always sometimes usually maybe perhaps approximately exactly",
        "please tell show shows showing shown give gives given describe describes described describing description explain explains identify",
        "list lists name find see sees seen seeing look looks looking looked say says said answer answers question questions write count",
        "caption captions summarize summarise detail details detailed appear appears appearing seem seems visible depict depicts depicted",
        "contain contains contained containing include includes included including happen happens happening going get gets getting got make",
        "makes made making use used using know think want need like go goes located present",
        "image images picture pictures photo photos photograph photographs photographic pic pics picutre screenshot img",
        "there's what's who's where's how's it's that's he's she's i'm you're we're they're i've you've we've they've")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Lookup = Words.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether a word names nothing. A single Latin letter (an option's label) never does.</summary>
    public static bool Contains(ReadOnlySpan<char> word)
    {
        if (word.Length == 1 && char.IsAsciiLetter(word[0])) return true;
        if (!word.Contains('’')) return Lookup.Contains(word);
        Span<char> plain = stackalloc char[word.Length];
        word.Replace(plain, '’', '\'');
        return Lookup.Contains(plain);
    }
}
