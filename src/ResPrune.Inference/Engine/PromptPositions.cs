using ResPrune.Inference.Pruning;
using static TorchSharp.torch;

namespace ResPrune.Inference.Engine;

/// <summary>
/// Positions of a prompt's tokens after pruning. Tokens of a picture without positions of its own close up, and the text follows them;
/// where a picture has positions (M-RoPE), a kept token keeps its own and the text goes on as if nothing had been removed.
/// </summary>
internal sealed class PromptPositions
{
    private readonly long[][] _rows;

    private PromptPositions(long[][] rows, int next)
    {
        _rows = rows;
        Next = next;
    }

    /// <summary>Position of the first generated token.</summary>
    public int Next { get; }

    /// <summary>Positions of one prompt.</summary>
    /// <param name="imagePosition">Text tokens before the picture.</param>
    /// <param name="textTokens">Text tokens in all.</param>
    /// <param name="layout">The picture's tokens.</param>
    /// <param name="kept">Those that stay, ascending.</param>
    public static PromptPositions Of(int imagePosition, int textTokens, VisualLayout layout, int[] kept)
    {
        var own = layout.Positions;
        var rows = new long[own?.Offsets.Count ?? 1][];
        var behind = imagePosition + (own?.Span ?? kept.Length);
        for (var row = 0; row < rows.Length; row++)
        {
            var positions = rows[row] = new long[textTokens + kept.Length];
            for (var i = 0; i < positions.Length; i++)
            {
                positions[i] = i < imagePosition ? i
                    : i >= imagePosition + kept.Length ? behind + (i - imagePosition - kept.Length)
                    : own is null ? i
                    : imagePosition + own.Offsets[row][kept[i - imagePosition]];
            }
        }

        return new PromptPositions(rows, behind + textTokens - imagePosition);
    }

    /// <summary>Positions of packed prompts of one family. -> int64 [N], or [rows, N]</summary>
    public static Tensor Pack(IReadOnlyList<PromptPositions> prompts, Device device)
    {
        var rows = prompts[0]._rows.Length;
        long[] packed = [.. Enumerable.Range(0, rows).SelectMany(row => prompts.SelectMany(prompt => prompt._rows[row]))];
        return rows == 1 ? tensor(packed, device: device) : tensor(packed, [rows, packed.Length / rows], device: device);
    }
}
