using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models;
using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Pruning;
using ResPrune.Inference.Tokenization;
using ResPrune.Inference.Weights;

namespace ResPrune.Inference.Inspection;

/// <summary>
/// Says what a model folder is and what it would cost, from its JSON files and the headers of its weight files. No weight is read.
/// </summary>
public sealed class ModelInspector
{
    private const string Question = "What is in the picture?";

    private readonly EngineOptions _options;
    private readonly IModelCheckpoint _checkpoint;
    private readonly ITokenizer _tokenizer;
    private readonly IImageProcessor _images;

    private ModelInspector(EngineOptions options)
    {
        _options = options;
        _checkpoint = ModelFamilies.Open(options.ModelDirectory);
        _tokenizer = TokenizerLoader.LoadFolder(_checkpoint.Directory);
        _images = _checkpoint.CreateImageProcessor(options.MaxImageMegapixels);
    }

    /// <summary>Sizes of pictures that reports are for: a square, photographs, a screen and a telephone's portrait.</summary>
    public static IReadOnlyList<PictureSize> Pictures { get; } = [new(336, 336), new(640, 480), new(1024, 768), new(1920, 1080), new(3000, 4000)];

    /// <summary>Inspects a folder.</summary>
    /// <param name="options">The folder, and where and in what it would run.</param>
    /// <param name="keep">Token budgets.</param>
    /// <exception cref="ModelLoadException">
    /// The folder cannot be served for another reason than weights that do not fit, which the report lists: a file is absent or damaged, asks for
    /// something this runtime does not do, or the weights do not fit in memory.
    /// </exception>
    public static ModelReport Inspect(EngineOptions options, IReadOnlyList<string> keep)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(keep);
        return new ModelInspector(options).Report(keep);
    }

    /// <summary>Checks that a folder's weights are those its config asks for.</summary>
    /// <param name="options">The folder.</param>
    /// <exception cref="ModelLoadException">They are not, or the folder cannot be served; the line is the one that loading ends with.</exception>
    public static void RequireFit(EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var inspector = new ModelInspector(options);
        using var files = CheckpointFiles.Open(inspector._checkpoint.Directory);
        inspector.Catalog(files).RequireFit(files.Source);
    }

    private ModelReport Report(IReadOnlyList<string> keep)
    {
        using var files = CheckpointFiles.Open(_checkpoint.Directory);
        RequestPreparer.Create(_checkpoint, _tokenizer, _options);
        var prompt = _checkpoint.CreatePromptFormat(_tokenizer);
        var text = _checkpoint.Text;
        var textTokens = prompt.Compose(Question).Ids.Length - 1;
        var memory = new MemoryEstimate(_checkpoint, _options, files.Sizes, textTokens);
        var layouts = Layouts().ToArray();
        var middle = layouts[layouts.Length / 2];
        return new ModelReport
        {
            Name = ModelName.Of(_checkpoint.Directory),
            Directory = _checkpoint.Directory,
            ModelType = _checkpoint.ModelType,
            Architecture = ModelFamilies.All.First(family => family.ModelType == _checkpoint.ModelType).Architecture,
            Language = ShapeOf(text),
            Vision = _checkpoint.Encoder,
            Parameters = Sizes(files),
            StoredAs = StoredAs(files),
            Files = [.. FilesOf(_checkpoint.Directory)],
            TokenizerSize = _tokenizer.VocabularySize,
            Alpha = _checkpoint.DefaultAlpha,
            FollowsThePicture = _images.HasDynamicResolution,
            KeepsPositions = layouts.Any(picture => picture.Layout.Positions is not null),
            TextTokens = textTokens,
            Pictures = [.. layouts.Select(picture => Cost(picture.Size, picture.Layout, keep, textTokens, memory))],
            Memory = memory.For(middle.Size, middle.Layout),
            Notices = ModelNotices.Of(_checkpoint, _tokenizer),
            Problems = Catalog(files).Problems,
        };
    }

    /// <summary>What pictures become; a size that the model refuses is left out.</summary>
    private IEnumerable<(PictureSize Size, VisualLayout Layout)> Layouts()
    {
        foreach (var size in Pictures)
        {
            if (_images.Layout(size.Height, size.Width, default).TryGet(out var layout, out _)) yield return (size, layout);
        }
    }

    private static DecoderShape ShapeOf(DecoderConfig text) => new(
        text.Layers,
        text.HiddenSize,
        text.IntermediateSize,
        text.Heads,
        text.KeyValueHeads,
        text.HeadSize,
        text.VocabularySize,
        text.ContextLength,
        text.TieWordEmbeddings);

    private static PictureCost Cost(PictureSize size, VisualLayout layout, IReadOnlyList<string> keep, int textTokens, MemoryEstimate memory) => new(
        size.Width,
        size.Height,
        layout.Tiles.Count,
        layout.Tokens,
        layout.Newlines.Count,
        [.. keep.Select(budget =>
        {
            var kept = TokenBudget.Parse(budget).Resolve(layout.Prunable) + layout.Newlines.Count;
            return new BudgetCost(budget, kept, memory.Prefill.Flops(textTokens + kept), memory.Prefill.KvBytes(textTokens + kept, memory.CacheElementSize));
        })]);

    private PartSizes Sizes(CheckpointFiles files)
    {
        var counts = files.Files.SelectMany(file => file.Entries.Values)
            .Select(entry => (Name: _checkpoint.CanonicalName(entry.Name), entry.Count))
            .Where(weight => weight.Name is not null)
            .ToLookup(weight => _checkpoint.PartOf(weight.Name!), weight => weight.Count);
        return new PartSizes(counts[ModelPart.Vision].Sum(), counts[ModelPart.Projector].Sum(), counts[ModelPart.Language].Sum());
    }

    private static SortedDictionary<string, long> StoredAs(CheckpointFiles files)
    {
        var sums = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var entry in files.Files.SelectMany(file => file.Entries.Values).Where(entry => entry.IsFloatingPoint))
        {
            var name = RunningDType.Name(entry.ScalarType);
            sums[name] = sums.GetValueOrDefault(name) + entry.Count;
        }

        return sums;
    }

    private static IEnumerable<ModelFile> FilesOf(string directory) => System.IO.Directory.EnumerateFiles(directory)
        .Order(StringComparer.Ordinal)
        .Select(path => new ModelFile(Path.GetFileName(path), FileLength.Of(path)));

    /// <summary>What loading would take: the model is built on paper and its wishes are compared with the files.</summary>
    private WeightCatalog Catalog(CheckpointFiles files)
    {
        var catalog = new WeightCatalog(files, _checkpoint.CanonicalName, _ => true);
        foreach (var weight in WeightRecorder.Record(_checkpoint, catalog.Has)) catalog.Take(weight.Name, [.. weight.Shape]);
        return catalog;
    }
}
