using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ResPrune.Batch.Manifests;

namespace ResPrune.Batch.Batches;

/// <summary>What a batch asks for; fixed when it is submitted.</summary>
public sealed record BatchSpec : IValidatableObject
{
    /// <summary>Rows of one shard when nothing else is asked for.</summary>
    public const int DefaultRowsPerShard = 64;

    /// <summary>Most bytes of an input line when nothing else is asked for.</summary>
    public const int DefaultMaxLineBytes = 32 << 20;

    /// <summary>Form of the input lines; the output takes the same. Detected and set when the batch is submitted.</summary>
    public InputStyle InputStyle { get; init; }

    /// <summary>Where relative image names start: the location given to <see cref="Images.IImageRoots.OpenAsync"/>. Default: none, data URLs only.</summary>
    public string? ImageRoot { get; init; }

    /// <summary>Name of the model, for the answers and the manifest.</summary>
    [Required(AllowEmptyStrings = false)]
    public required string Model { get; init; }

    /// <summary>Digest of the weights that are to answer the batch; null (default) leaves the choice to the first worker that asks.</summary>
    public string? WeightsDigest { get; init; }

    /// <summary>
    /// Name of the model whose workers may answer the batch, where the submitter asked for one that was not there yet. Null (default): any.
    /// </summary>
    public string? RequiredModel { get; init; }

    /// <summary>Visual tokens to keep: <c>all</c> (default), <c>1/3</c>, <c>0.25</c>, <c>64</c>.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Keep { get; init; } = "all";

    /// <summary><c>resprune</c> (default), <c>random</c> or <c>none</c>.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Pruner { get; init; } = "resprune";

    /// <summary>Exponent α of the relevance weight; null (default) takes the model family's.</summary>
    [Range(0, 100)]
    public double? Alpha { get; init; }

    /// <summary>ε of the relevance weight. Default 1e-6.</summary>
    [Range(double.Epsilon, 1)]
    public double Epsilon { get; init; } = 1e-6;

    /// <summary>Smaller pictures are enlarged to as many pixels, by models of dynamic resolution; null (default) takes the model's own bound.</summary>
    [Range(1, int.MaxValue)]
    public int? MinPixels { get; init; }

    /// <summary>Larger pictures are reduced to as many pixels, by models of dynamic resolution; null (default) takes the model's own bound.</summary>
    [Range(1, int.MaxValue)]
    public int? MaxPixels { get; init; }

    /// <summary>Most tokens of an answer. Default 64.</summary>
    [Range(1, 1 << 20)]
    public int MaxTokens { get; init; } = 64;

    /// <summary>0 is greedy; null (default) leaves it to the model's <c>generation_config.json</c>, and is greedy where that says nothing.</summary>
    [Range(0, 100), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Temperature { get; init; }

    /// <summary>Nucleus, in (0, 1]; 1 means all. Null (default): the model's own, else all.</summary>
    [Range(double.Epsilon, 1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? TopP { get; init; }

    /// <summary>Only the k likeliest tokens; 0 means all. Null (default): the model's own, else all.</summary>
    [Range(0, int.MaxValue), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TopK { get; init; }

    /// <summary>Seed of every row's own random stream and of the random pruner. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>Rows of one shard, the unit of work and of durability. Default 64.</summary>
    [Range(1, 1_000_000)]
    public int RowsPerShard { get; init; } = DefaultRowsPerShard;

    /// <summary>
    /// Most bytes of an input line; a longer one is a row with an error. Default 32 MiB, room for an image of 24 MB as a data URL. 64 KiB to 512 MiB.
    /// </summary>
    [Range(1 << 16, 1 << 29)]
    public int MaxLineBytes { get; init; } = DefaultMaxLineBytes;

    /// <summary>Share of the fleet against other batches; higher gets more. Default 0.</summary>
    [Range(-100, 100)]
    public int Priority { get; init; }

    /// <summary>
    /// Seconds after submission when the batch ends with what it has, as <see cref="BatchStatus.Expired"/>; null (default) means never. A
    /// second to a year.
    /// </summary>
    [Range(1, 31_622_400)]
    public long? ExpiresAfterSeconds { get; init; }

    /// <summary>Failed rows after which the batch is cancelled; null (default) means never.</summary>
    public ErrorBudget? ErrorBudget { get; init; }

    /// <summary>The sampling of one row.</summary>
    public RowSampling SamplingFor(BatchRequestLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var own = line.Sampling;
        return new RowSampling(
            own?.MaxTokens ?? MaxTokens, own?.Temperature ?? Temperature, own?.TopP ?? TopP, own?.TopK ?? TopK, own?.Seed ?? Seed);
    }

    /// <inheritdoc/>
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext) => MinPixels > MaxPixels
        ? [new ValidationResult($"{nameof(MinPixels)} {MinPixels} is more than {nameof(MaxPixels)} {MaxPixels}.", [nameof(MinPixels), nameof(MaxPixels)])]
        : [];
}
