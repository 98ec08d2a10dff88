using System.Buffers;
using System.Text.Json;
using ResPrune.Batch.Json;
using ResPrune.Batch.Manifests;

namespace ResPrune.Batch.Rows;

/// <summary>
/// Writes rows as the lines of <c>output.jsonl</c> and <c>errors.jsonl</c>, in the style of the batch's input. The same row always becomes the
/// same bytes, so that finalising twice writes the same files.
/// </summary>
public static class ResultLineWriter
{
    /// <summary>Appends one row and a line feed.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="style">Form of the line.</param>
    /// <param name="model">Name of the model.</param>
    /// <param name="row">The row.</param>
    /// <param name="createdAt">When its attempt was written, in Unix seconds.</param>
    public static void Write(IBufferWriter<byte> target, InputStyle style, string model, ResultRow row, long createdAt)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(row);
        using (var json = new Utf8JsonWriter(target, JsonLineOptions.Writer))
        {
            switch (style, row)
            {
                case (InputStyle.Simple, AnswerRow answer):
                    SimpleResultLine.Write(json, answer);
                    break;
                case (InputStyle.Simple, ErrorRow error):
                    SimpleResultLine.Write(json, error);
                    break;
                case (InputStyle.OpenAi, AnswerRow answer):
                    OpenAiResultLine.Write(json, answer, model, createdAt);
                    break;
                case (InputStyle.OpenAi, ErrorRow error):
                    OpenAiResultLine.Write(json, error);
                    break;
                default:
                    throw new ArgumentException($"No line for a {row.GetType().Name} in style {style}.", nameof(row));
            }
        }

        target.Write("\n"u8);
    }
}
